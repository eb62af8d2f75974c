import { ChatProtocol } from "../../assembly/ai/chat-protocol";
import { writeError, writeMessagesError } from "../../assembly/ai/error";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../assembly/bytes/slice";
import { Exchange } from "./exchange";

/** Appends an error in the shape of the client's protocol; the texts are UTF-8, `param` and `code` may be ABSENT. */
export function writeClientError(
  exchange: Exchange,
  out: ByteBuffer,
  status: i32,
  message: Slice,
  param: Slice = ABSENT,
  code: Slice = ABSENT,
): void {
  if (exchange.client == ChatProtocol.Messages) writeMessagesError(out, status, message);
  else writeError(out, status, message, param, code);
}
