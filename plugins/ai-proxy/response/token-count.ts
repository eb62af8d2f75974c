import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice } from "../../../assembly/bytes/slice";
import { jsonIsInteger } from "../../../assembly/json/value";

/**
 * Appends the number of a request's tokens, a JSON integer, as Anthropic's Messages say it; `false` if it is none.
 * https://platform.claude.com/docs/en/api/messages-count-tokens
 */
export function writeTokenCount(tokens: Slice, out: ByteBuffer): bool {
  if (!jsonIsInteger(tokens)) return false;
  out.text('{"input_tokens":').append(tokens).byte(0x7d);
  return true;
}
