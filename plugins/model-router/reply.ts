import { errorBody } from "../../assembly/ai/refusal";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice } from "../../assembly/bytes/slice";
import { sendLocalReply } from "../../assembly/host/reply";
import { JsonWriter } from "../../assembly/json/writer";

const error = new ByteBuffer();

/** Sends a JSON body to the client. */
export function reply(status: i32, reason: string, body: Slice): void {
  sendLocalReply(status, `model-router.${reason}`, "application/json", body);
}

/** Refuses a request in the error shape of OpenAI, or in Anthropic's, which has no code. */
export function refuse(status: i32, reason: string, message: Slice, code: string, isForAnthropic: bool): void {
  if (!isForAnthropic) {
    reply(status, reason, errorBody(status, message, code));
    return;
  }
  // https://platform.claude.com/docs/en/api/errors
  error.clear();
  const writer = new JsonWriter(error).beginObject().key("type").string("error").key("error").beginObject();
  writer
    .key("type")
    .string(status == 404 ? "not_found_error" : "invalid_request_error")
    .key("message")
    .text(message);
  writer.endObject().endObject();
  reply(status, reason, error.slice);
}
