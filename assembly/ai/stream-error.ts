import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, Slice } from "../bytes/slice";
import { JsonWriter } from "../json/writer";
import { sseData, sseDone, sseEnd, sseEvent } from "../sse/encoder";
import { Api } from "./api";
import { writeError } from "./error";

/**
 * Appends the events that end a stream of the API with an error: for Anthropic's messages and OpenAI's responses their event
 * `error`, for every other API OpenAI's error object and `[DONE]`. `message` and `code` are UTF-8; `sequence` is how many
 * events of a response came before.
 * https://platform.claude.com/docs/en/build-with-claude/streaming#error-events
 * https://platform.openai.com/docs/api-reference/responses-streaming/error
 */
export function writeStreamError(
  out: ByteBuffer,
  api: Api,
  status: i32,
  message: Slice,
  code: Slice,
  sequence: i32,
): void {
  const isNamed = api == Api.Messages || api == Api.Responses;
  if (isNamed) sseEvent(out, "error");
  sseData(out);
  if (!isNamed) {
    writeError(out, status, message, ABSENT, code);
    sseEnd(out);
    sseDone(out);
    return;
  }
  const writer = new JsonWriter(out).beginObject().key("type").string("error");
  if (api == Api.Messages) {
    writer.key("error").beginObject().key("type").string("api_error").key("message").text(message).endObject();
  } else {
    writer.key("code").text(code).key("message").text(message).key("param").nothing();
    writer.key("sequence_number").integer(sequence);
  }
  writer.endObject();
  sseEnd(out);
}
