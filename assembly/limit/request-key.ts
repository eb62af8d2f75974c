import { ByteBuffer } from "../bytes/buffer";
import { decodePercent } from "../bytes/percent";
import { QueryParameters, queryOf } from "../bytes/query";
import {
  ABSENT,
  byteAt,
  indexOfByte,
  Slice,
  sliceEquals,
  sliceOfBuffer,
  sliceSize,
  slicesEqual,
  subslice,
  trimmed,
} from "../bytes/slice";
import { HeaderMap } from "../host/headers";
import { namedProperty } from "../host/property";
import { addressPart, parseAddress } from "./address";

const COMMA: u32 = 0x2c;
const SEMICOLON: u32 = 0x3b;
const EQUALS: u32 = 0x3d;
const QUOTE: u32 = 0x22;

/** The part of a request whose value is limited. */
export const enum KeyPart {
  Header,
  Parameter,
  Cookie,
  /** The client's address, in sixteen bytes. */
  Address,
}

const parameters = new QueryParameters();
const decoded = new ByteBuffer();
const address = new ByteBuffer();

/** Reads the value of a header, a query parameter or a cookie, or the client's address. */
export class RequestKey {
  private readonly nameBytes: ArrayBuffer;

  /** `name` is in lower case for a header; for an address it is the header that has it, or empty for that of the connection. */
  constructor(
    readonly part: KeyPart,
    readonly name: string,
  ) {
    this.nameBytes = String.UTF8.encode(name);
  }

  /** The value of a request; `ABSENT` if it has none. Valid until the next call. */
  valueIn(headers: HeaderMap): Slice {
    if (this.part == KeyPart.Parameter) return this.parameterOf(headers.first(":path"));
    if (this.part == KeyPart.Cookie) return this.cookieIn(headers);
    if (this.part == KeyPart.Header) return this.headerOf(headers);
    const text = this.name.length ? firstItem(headers.first(this.name)) : namedProperty("source\0address");
    return text == ABSENT ? ABSENT : parseAddress(addressPart(text), address);
  }

  /** The first value that is not empty, as key-auth reads keys: an empty one in front must not hide the key. */
  private headerOf(headers: HeaderMap): Slice {
    const first = headers.firstOf(sliceOfBuffer(this.nameBytes));
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

  /** The first cookie of this name that is not empty, in any of the headers: HTTP/2 may split them. */
  private cookieIn(headers: HeaderMap): Slice {
    headers.load();
    for (let i = 0; i < headers.count; i++) {
      if (!sliceEquals(headers.nameAt(i), "cookie")) continue;
      const value = this.cookieOf(headers.valueAt(i));
      if (value != ABSENT) return value;
    }
    return ABSENT;
  }

  private cookieOf(header: Slice): Slice {
    const size = sliceSize(header);
    for (let at = 0; at < size;) {
      const end = indexOfByte(header, SEMICOLON, at);
      const pair = trimmed(subslice(header, at, end < 0 ? size : end));
      const equals = indexOfByte(pair, EQUALS);
      const isNamed = equals >= 0 && slicesEqual(trimmed(subslice(pair, 0, equals)), sliceOfBuffer(this.nameBytes));
      const value = isNamed ? withoutQuotes(trimmed(subslice(pair, equals + 1))) : ABSENT;
      if (sliceSize(value)) return value;
      at = end < 0 ? size : end + 1;
    }
    return ABSENT;
  }
}

/** A value of a cookie may stand in quotes, which mean nothing. https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1 */
function withoutQuotes(value: Slice): Slice {
  const last = sliceSize(value) - 1;
  const isQuoted = last > 0 && byteAt(value, 0) == QUOTE && byteAt(value, last) == QUOTE;
  return isQuoted ? subslice(value, 1, last) : value;
}

function firstItem(list: Slice): Slice {
  if (list == ABSENT) return ABSENT;
  const comma = indexOfByte(list, COMMA);
  return trimmed(comma < 0 ? list : subslice(list, 0, comma));
}
