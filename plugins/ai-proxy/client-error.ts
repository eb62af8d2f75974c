import { ChatProtocol } from "../../assembly/ai/chat-protocol";
import { writeError, writeMessagesError } from "../../assembly/ai/error";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceIncludes, sliceToString } from "../../assembly/bytes/slice";
import { Exchange } from "./exchange";

const KEPT_BYTES = 4096;

const named = new ByteBuffer();

/**
 * Appends an error in the shape of the client's protocol; the texts are UTF-8, `param` and `code` may be ABSENT. Anthropic's shape has no
 * member for the field at fault: its messages begin with it. https://platform.claude.com/docs/en/api/errors
 */
export function writeClientError(
  exchange: Exchange,
  out: ByteBuffer,
  status: i32,
  message: Slice,
  param: Slice = ABSENT,
  code: Slice = ABSENT,
): void {
  if (exchange.client != ChatProtocol.Messages) return writeError(out, status, message, param, code);
  if (param == ABSENT || sliceIncludes(message, sliceToString(param))) return writeMessagesError(out, status, message);
  named.release(KEPT_BYTES);
  writeMessagesError(out, status, named.append(param).text(": ").append(message).slice);
}
