import { ByteBuffer } from "../../assembly/bytes/buffer";
import { percentEncode } from "../../assembly/bytes/percent-encode";
import { byteAt, Slice, sliceEquals, sliceSize, subslice } from "../../assembly/bytes/slice";
import { Exchange } from "./exchange";

const SLASH = 0x2f;
const BACKSLASH = 0x5c;

/**
 * Appends a model as one segment of a path, percent-encoded. Refuses `.` and `..` and returns `false`: servers remove such
 * segments, escaped or not, so that the path would be another one (RFC 3986, section 5.2.4). Some decode slashes first: what
 * stands between them counts, too.
 */
export function writeModelSegment(exchange: Exchange, model: Slice, out: ByteBuffer): bool {
  const size = sliceSize(model);
  let from = 0;
  for (let at = 0; at <= size; at++) {
    const byte: u32 = at < size ? byteAt(model, at) : SLASH;
    if (byte != SLASH && byte != BACKSLASH) continue;
    if (isDots(subslice(model, from, at))) {
      return exchange.refuse("'model' must not be '.' or '..'.", "model", "invalid_value");
    }
    from = at + 1;
  }
  percentEncode(model, out);
  return true;
}

function isDots(segment: Slice): bool {
  return sliceEquals(segment, ".") || sliceEquals(segment, "..");
}
