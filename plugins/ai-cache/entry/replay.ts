import { Api } from "../../../assembly/ai/api";
import { ResponseSink } from "../../../assembly/ai/hub/response-sink";
import { MessageEventWriter } from "../../../assembly/ai/protocols/messages/event-writer";
import { MessageWriter } from "../../../assembly/ai/protocols/messages/message-writer";
import { ChunkWriter } from "../../../assembly/ai/protocols/openai-chat/chunk-writer";
import { ChatReader } from "../../../assembly/ai/protocols/openai-chat/reader";
import { ResponseEventWriter } from "../../../assembly/ai/protocols/responses/event-writer";
import { ResponseWriter } from "../../../assembly/ai/protocols/responses/response-writer";
import { ReasoningMode } from "../../../assembly/ai/reasoning-mode";
import { TokenUsage } from "../../../assembly/ai/usage";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonError } from "../../../assembly/json/validate";
import { jsonAt, jsonContent, jsonGet, jsonInteger, jsonUnescape } from "../../../assembly/json/value";
import { CachedRequest } from "../request/cached-request";
import { ResponseTemplate } from "../template";

const document = new JsonDocument();
const model = new ByteBuffer();
const usage = new TokenUsage();

/**
 * The response of an entry, a `chat.completion`, in the form that its client wants; ABSENT if it cannot be read. A whole chat gets it as it is
 * stored, other forms are written to `out`.
 */
export function replayOf(response: Slice, api: Api, request: CachedRequest, out: ByteBuffer): Slice {
  if (api == Api.ChatCompletions && !request.isStream) return response;
  out.clear();
  return writeReplay(response, api, request, out) ? out.slice : ABSENT;
}

/** Appends the response in another form. */
function writeReplay(response: Slice, api: Api, request: CachedRequest, out: ByteBuffer): bool {
  if (document.parse(response) != JsonError.None || !document.isObject) return false;
  const sink = sinkOf(api, request);
  model.clear();
  jsonUnescape(document.get("model"), model);
  usage.reset();
  sink.model = model;
  sink.created = jsonInteger(document.get("created"), 0);
  sink.wantsUsage = request.wantsUsage;
  const reader = new ChatReader(sink, usage);
  const isRead = reader.readWhole(document, out);
  reader.free();
  return isRead;
}

/** Whether such a response is a text alone: a template has no place for tool calls. */
export function isText(response: Slice): bool {
  return jsonGet(messageOf(response), "tool_calls") == ABSENT;
}

/** Appends the text of such a response in a template. */
export function writeTemplate(response: Slice, template: ResponseTemplate, out: ByteBuffer): void {
  template.write(jsonContent(jsonGet(messageOf(response), "content")), out);
}

function messageOf(response: Slice): Slice {
  return jsonGet(jsonAt(jsonGet(response, "choices"), 0), "message");
}

function sinkOf(api: Api, request: CachedRequest): ResponseSink {
  const isStream = request.isStream;
  const asked = request.asked;
  if (asked) return isStream ? new ResponseEventWriter(asked, false) : new ResponseWriter(asked, false);
  if (api == Api.Messages) return isStream ? new MessageEventWriter(false) : new MessageWriter(false);
  return new ChunkWriter(ReasoningMode.Passthrough);
}
