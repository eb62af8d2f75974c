import { ByteBuffer } from "../bytes/buffer";
import { Slice } from "../bytes/slice";
import { jsonUnescape } from "./string";
import { jsonValidate } from "./validate";

const QUOTE: u32 = 0x22;
const KEPT_BYTES: i32 = 16 << 10;

const quoted = new ByteBuffer();

/**
 * Appends the text of which `content` is what stands between the quotes of a JSON string, as Higress's filter states have it. Returns
 * `false`, and appends nothing, if it is not valid there.
 */
export function readQuoted(content: Slice, out: ByteBuffer): bool {
  quoted.release(KEPT_BYTES);
  quoted.byte(QUOTE).append(content).byte(QUOTE);
  if (jsonValidate(quoted.slice)) return false;
  jsonUnescape(quoted.slice, out);
  return true;
}
