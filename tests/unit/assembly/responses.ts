// Clients of OpenAI's Responses over a provider of chats: the request, the whole response and the stream.
import { ChatReader } from "../../../assembly/ai/protocols/openai-chat/reader";
import { ChatRequestWriter } from "../../../assembly/ai/protocols/openai-chat/request-writer";
import { AskedResponse } from "../../../assembly/ai/protocols/responses/asked";
import { ResponseEventWriter } from "../../../assembly/ai/protocols/responses/event-writer";
import { ResponsesRequestReader } from "../../../assembly/ai/protocols/responses/request-reader";
import { ResponseWriter } from "../../../assembly/ai/protocols/responses/response-writer";
import { ResponseSink } from "../../../assembly/ai/hub/response-sink";
import { TokenUsage } from "../../../assembly/ai/usage";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { sliceOf } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonError } from "../../../assembly/json/validate";
import { out } from "./output";

export { memoryBytes, outSize, outStart } from "./output";

const request = new JsonDocument();
const response = new JsonDocument();
const requestReader = new ResponsesRequestReader();
const writer = new ChatRequestWriter();
const model = new ByteBuffer().text("served-model");
let asked = new AskedResponse();
let reader: ChatReader | null = null;

/** Writes the chat for a request: 1; its refusal, `param message`: 0; -1 if it is no JSON. */
export function translateRequest(start: usize, size: i32, drops: bool): i32 {
  asked.dispose();
  asked = new AskedResponse();
  out.clear();
  if (request.parse(sliceOf(start, size)) != JsonError.None || !request.isObject) return -1;
  writer.reset();
  writer.out = out;
  writer.takesReasoning = true;
  requestReader.dropsServerTools = drops;
  requestReader.asked = asked;
  if (requestReader.read(request, writer)) return 1;
  out.clear();
  out.text(writer.refusalParam).text(" ").text(writer.refusal);
  return 0;
}

/** Writes what was dropped from the last request. */
export function dropped(): void {
  out.clear();
  out.append(writer.dropped.slice);
}

/** Writes the whole response for a chat; 0 if the chat is none, -1 if it is no JSON. */
export function translateWhole(start: usize, size: i32): i32 {
  out.clear();
  if (response.parse(sliceOf(start, size)) != JsonError.None) return -1;
  const whole = new ChatReader(prepared(new ResponseWriter(asked, false)), new TokenUsage());
  const isRead = whole.readWhole(response, out);
  whole.free();
  return isRead ? 1 : 0;
}

/** Starts a stream. */
export function openStream(): void {
  const last = reader;
  if (last !== null) last.free();
  reader = new ChatReader(prepared(new ResponseEventWriter(asked, false)), new TokenUsage());
}

/** Writes what the client gets for a chunk; returns the status of the error that ended the stream, or 0. */
export function pushStream(start: usize, size: i32): i32 {
  out.clear();
  reader!.push(sliceOf(start, size), out);
  return reader!.errorStatus;
}

/** Writes what the client gets at the end of the provider's stream. */
export function endStream(): i32 {
  out.clear();
  reader!.end(out);
  return reader!.errorStatus;
}

function prepared(sink: ResponseSink): ResponseSink {
  sink.created = 1_700_000_000;
  sink.model = model;
  sink.wantsUsage = true;
  return sink;
}
