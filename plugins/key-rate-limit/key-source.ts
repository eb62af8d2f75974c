import { CONSUMER_HEADER } from "../../assembly/ai/contract";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { asciiLowerCase } from "../../assembly/bytes/lower-case";
import { decodePercent } from "../../assembly/bytes/percent";
import { QueryParameters, queryOf } from "../../assembly/bytes/query";
import {
  ABSENT,
  indexOfByte,
  Slice,
  sliceOfBuffer,
  sliceSize,
  slicesEqual,
  subslice,
  trimmed,
} from "../../assembly/bytes/slice";
import { isHeaderName } from "../../assembly/config/printable";
import { ConfigReader } from "../../assembly/config/reader";
import { HeaderMap } from "../../assembly/host/headers";
import { namedProperty } from "../../assembly/host/property";
import { parseAddress, addressPart } from "./address";
import { exclusive } from "./exclusive";

const HEADER = "limit_by_header";
const PARAMETER = "limit_by_param";
const CONSUMER = "limit_by_consumer";
const ADDRESS = "limit_by_per_ip";

const FROM_HEADER = "from-header-";
const FROM_CONNECTION = "from-remote-addr";
const COMMA: u32 = 0x2c;

const parameters = new QueryParameters();
const decoded = new ByteBuffer();
const address = new ByteBuffer();

/** The part of a request whose value is the key of a limit. */
export class KeySource {
  private readonly nameBytes: ArrayBuffer;

  /** `kind` is the option that names the source; `name` is empty for the address of the connection. */
  constructor(
    private readonly kind: string,
    private readonly name: string,
  ) {
    this.nameBytes = String.UTF8.encode(name);
  }

  /** Reads the one option that must be there. */
  static read(reader: ConfigReader): KeySource {
    let kind = exclusive(reader, HEADER, "");
    kind = exclusive(reader, PARAMETER, kind);
    kind = exclusive(reader, CONSUMER, kind);
    kind = exclusive(reader, ADDRESS, kind);
    if (kind == HEADER) return new KeySource(kind, readHeader(reader));
    if (kind == PARAMETER) return new KeySource(kind, reader.requiredTextOrNumber(PARAMETER));
    if (kind == ADDRESS) return new KeySource(kind, readAddressSource(reader));
    const options = [HEADER, PARAMETER, CONSUMER, ADDRESS].join(", ");
    if (kind == CONSUMER) reader.text(CONSUMER);
    else reader.refuse(`must say what is counted with one of ${options}`);
    return new KeySource(CONSUMER, CONSUMER_HEADER);
  }

  /** Whether the values are addresses, in sixteen bytes. */
  get isAddress(): bool {
    return this.kind == ADDRESS;
  }

  /** Whether the values are those of a header. */
  get isHeader(): bool {
    return this.kind == HEADER || this.kind == CONSUMER;
  }

  /** Distinguishes this source from others. */
  get identity(): string {
    return `${this.kind}=${this.name}`;
  }

  /** The value of a request; `ABSENT` if it has none. Valid until the next call. */
  valueIn(headers: HeaderMap): Slice {
    if (this.kind == PARAMETER) return this.parameterOf(headers.first(":path"));
    if (this.kind != ADDRESS) return this.headerOf(headers);
    const text = this.name.length ? firstItem(headers.first(this.name)) : namedProperty("source\0address");
    return text == ABSENT ? ABSENT : parseAddress(addressPart(text), address);
  }

  /** The first value that is not empty, as key-auth reads keys: an empty one in front must not hide the key. */
  private headerOf(headers: HeaderMap): Slice {
    const first = headers.first(this.name);
    if (first == ABSENT || sliceSize(first)) return first;
    headers.load();
    for (let i = 0; i < headers.count; i++) {
      const value = headers.valueAt(i);
      if (sliceSize(value) && slicesEqual(headers.nameAt(i), sliceOfBuffer(this.nameBytes))) return value;
    }
    return first;
  }

  /** The first parameter that is not empty. */
  private parameterOf(path: Slice): Slice {
    const query = queryOf(path);
    if (query == ABSENT) return ABSENT;
    let first = ABSENT;
    parameters.begin(query);
    while (parameters.next()) {
      decoded.clear();
      if (!slicesEqual(decodePercent(parameters.name, decoded, true), sliceOfBuffer(this.nameBytes))) continue;
      decoded.clear();
      // An empty value must have an address, or it would be `ABSENT`.
      decoded.reserve(1);
      first = decodePercent(parameters.value, decoded, true);
      if (sliceSize(first)) return first;
    }
    return first;
  }
}

/** The name of a header; pseudo headers such as `:authority` are accepted. */
function readHeader(reader: ConfigReader): string {
  const name = reader.requiredTextOrNumber(HEADER);
  const isOne = isHeaderName(name.startsWith(":") ? name.substring(1) : name);
  if (!isOne && name.trim().length) reader.fail(HEADER, "must be the name of a header");
  return asciiLowerCase(name);
}

function readAddressSource(reader: ConfigReader): string {
  const text = reader.requiredText(ADDRESS);
  if (text.startsWith(FROM_HEADER) && isHeaderName(text.substring(FROM_HEADER.length)))
    return asciiLowerCase(text.substring(FROM_HEADER.length));
  if (text.trim().length && text != FROM_CONNECTION)
    reader.fail(ADDRESS, `must be ${FROM_CONNECTION}, or ${FROM_HEADER} and the name of a header`);
  return "";
}

function firstItem(list: Slice): Slice {
  if (list == ABSENT) return ABSENT;
  const comma = indexOfByte(list, COMMA);
  return trimmed(comma < 0 ? list : subslice(list, 0, comma));
}
