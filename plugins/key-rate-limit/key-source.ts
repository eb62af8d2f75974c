import { CONSUMER_HEADER } from "../../assembly/ai/contract";
import { Slice } from "../../assembly/bytes/slice";
import { exclusive } from "../../assembly/config/exclusive";
import { ConfigReader } from "../../assembly/config/reader";
import { HeaderMap } from "../../assembly/host/headers";
import { readAddressHeader, readHeaderName } from "../../assembly/limit/key-names";
import { KeyPart, RequestKey } from "../../assembly/limit/request-key";

const HEADER = "limit_by_header";
const PARAMETER = "limit_by_param";
const CONSUMER = "limit_by_consumer";
const ADDRESS = "limit_by_per_ip";

/** The part of a request whose value is the key of a limit. */
export class KeySource {
  private readonly key: RequestKey;

  /** `kind` is the option that names the source; `name` is empty for the address of the connection. */
  constructor(
    private readonly kind: string,
    name: string,
  ) {
    this.key = new RequestKey(partOf(kind), name);
  }

  /** Reads the one option that must be there. */
  static read(reader: ConfigReader): KeySource {
    let kind = exclusive(reader, HEADER, "");
    kind = exclusive(reader, PARAMETER, kind);
    kind = exclusive(reader, CONSUMER, kind);
    kind = exclusive(reader, ADDRESS, kind);
    if (kind == HEADER) return new KeySource(kind, readHeaderName(reader, HEADER));
    if (kind == PARAMETER) return new KeySource(kind, reader.requiredTextOrNumber(PARAMETER));
    if (kind == ADDRESS) return new KeySource(kind, readAddressHeader(reader, ADDRESS));
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
    return `${this.kind}=${this.key.name}`;
  }

  /** The value of a request; `ABSENT` if it has none. Valid until the next call. */
  valueIn(headers: HeaderMap): Slice {
    return this.key.valueIn(headers);
  }
}

function partOf(kind: string): KeyPart {
  if (kind == PARAMETER) return KeyPart.Parameter;
  return kind == ADDRESS ? KeyPart.Address : KeyPart.Header;
}
