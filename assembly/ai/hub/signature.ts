import { ByteBuffer } from "../../bytes/buffer";
import { ABSENT, byteAt, Slice, sliceSize, sliceStartsWith, subslice } from "../../bytes/slice";

/** Follows the format of reasoning that only its provider can read. */
export const REDACTED = "-redacted";

const COLON = 0x3a;

/**
 * Appends the signature of a provider behind the name of its format: a conversation may go on with another provider, which refuses what it
 * has not signed. https://platform.claude.com/docs/en/build-with-claude/extended-thinking#preserving-thinking-blocks
 */
export function writeNamedSignature(format: string, value: Slice, out: ByteBuffer): void {
  if (format.length) out.text(format).byte(COLON);
  out.append(value);
}

/** The signature behind the name of a format; ABSENT if it has another one, or none. */
export function ownSignature(format: string, value: Slice): Slice {
  const size = format.length;
  if (!size || sliceSize(value) <= size || byteAt(value, size) != COLON || !sliceStartsWith(value, format))
    return ABSENT;
  return subslice(value, size + 1);
}
