import { ByteBuffer } from "../../assembly/bytes/buffer";
import { percentEncode } from "../../assembly/bytes/percent-encode";
import { Slice, sliceEquals } from "../../assembly/bytes/slice";
import { Exchange } from "./exchange";

/**
 * Appends a model as one segment of a path, percent-encoded. Refuses `.` and `..` and returns `false`: servers remove such
 * segments, escaped or not, so that the path would be another one (RFC 3986, section 5.2.4).
 */
export function writeModelSegment(exchange: Exchange, model: Slice, out: ByteBuffer): bool {
  if (sliceEquals(model, ".") || sliceEquals(model, "..")) {
    return exchange.refuse("'model' must not be '.' or '..'.", "model", "invalid_value");
  }
  percentEncode(model, out);
  return true;
}
