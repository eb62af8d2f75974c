import { ByteBuffer } from "../../../bytes/buffer";
import { byteAt, lowerCase, Slice, sliceSize } from "../../../bytes/slice";

const UNDERSCORE = 0x5f;
const HYPHEN = 0x2d;

/**
 * Appends the id of a tool call as Anthropic takes it: of letters, digits, `_` and `-`. Other characters, which the ids of other providers
 * may have, become `_`, in the call and in its result alike. https://platform.claude.com/docs/en/api/messages
 */
export function writeToolId(id: Slice, out: ByteBuffer): void {
  const size = sliceSize(id);
  for (let i = 0; i < size; i++) {
    const byte = byteAt(id, i);
    const isKept = lowerCase(byte) - 0x61 < 26 || byte - 0x30 < 10 || byte == HYPHEN;
    out.byte(isKept ? byte : UNDERSCORE);
  }
  if (!size) out.byte(UNDERSCORE);
}
