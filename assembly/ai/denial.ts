import { Api } from "./api";
import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, Slice, sliceOfBuffer, sliceSize } from "../bytes/slice";
import { JsonWriter } from "../json/writer";
import { sseData, sseDone, sseEnd, sseEvent } from "../sse/encoder";
import { beginResponseEvent, endResponseEvent, ITEM_EVENTS, writeItem, writeItemEvents } from "./response-item";

/** Higress's member for what a content check has found. */
const GUARDRAIL = "x_higress_guardrail";

const ID = String.UTF8.encode("denied");

const head = new ByteBuffer();
const quoted = new ByteBuffer();
const item = new ByteBuffer();

/**
 * Appends a whole response of the API that says `message`; `false`, and nothing, if the API has no such response. `model` is JSON. `guardrail`: the
 * JSON of `x_higress_guardrail` in the choice of chat completions and completions, if any.
 */
export function writeDenial(
  out: ByteBuffer,
  api: Api,
  isStream: bool,
  model: Slice,
  message: Slice,
  guardrail: Slice = ABSENT,
): bool {
  if (api == Api.ChatCompletions || api == Api.Completions) {
    const isChat = api == Api.ChatCompletions;
    if (isStream) {
      head.clear();
      writeHead(head, isChat ? "chat.completion.chunk" : "text_completion", model);
      writeDeniedChunk(out, isChat, 0, true, head.slice, message, guardrail);
      sseDone(out);
      return true;
    }
    const json = new JsonWriter(out).beginObject().key("id").string("denied");
    json
      .key("object")
      .string(isChat ? "chat.completion" : "text_completion")
      .key("created")
      .integer(0);
    writeModel(json, model);
    json.key("choices").beginArray().beginObject().key("index").integer(0);
    if (isChat) {
      json.key("message").beginObject().key("role").string("assistant").key("content").text(message).endObject();
    } else json.key("text").text(message);
    json.key("logprobs").nothing().key("finish_reason").string("stop");
    if (guardrail != ABSENT) json.key(GUARDRAIL).raw(guardrail);
    json.endObject().endArray();
    json.key("usage").beginObject().key("prompt_tokens").integer(0).key("completion_tokens").integer(0);
    json.key("total_tokens").integer(0).endObject().endObject();
    return true;
  }
  if (api == Api.Responses) {
    if (isStream) writeResponseEvents(out, model, message);
    else writeResponse(new JsonWriter(out), model, message);
    return true;
  }
  if (api != Api.Messages) return false;
  if (isStream) {
    writeMessageStart(out, model);
    writeDeniedBlock(out, 0, message);
    return true;
  }
  writeMessage(new JsonWriter(out), model, message);
  return true;
}

/**
 * Appends a chunk that says `message` and ends a choice. `isFirst`: it begins the choice, too. `members`: those that every chunk of the stream
 * has, as `StreamHead` reads them; empty if they are not known.
 */
export function writeDeniedChunk(
  out: ByteBuffer,
  isChat: bool,
  choice: i32,
  isFirst: bool,
  members: Slice,
  message: Slice,
  guardrail: Slice = ABSENT,
): void {
  sseData(out);
  out.byte(0x7b);
  if (sliceSize(members)) out.append(members);
  else writeHead(out, isChat ? "chat.completion.chunk" : "text_completion", members);
  out.text('"choices":');
  const json = new JsonWriter(out).beginArray().beginObject().key("index").integer(choice);
  if (isChat) {
    json.key("delta").beginObject();
    // Clients fail without a role in the first chunk, and some of them append that of a later one.
    if (isFirst) json.key("role").string("assistant");
    json.key("content").text(message).endObject();
  } else json.key("text").text(message);
  json.key("finish_reason").string("stop");
  if (guardrail != ABSENT) json.key(GUARDRAIL).raw(guardrail);
  json.endObject().endArray();
  out.byte(0x7d);
  sseEnd(out);
}

/**
 * Appends the events that end a stream of Responses whose content is refused: `message` as one more output, at `index`, and the response, which is
 * incomplete. `members` as above; `sequence`: the number of events before.
 * https://platform.openai.com/docs/api-reference/responses-streaming/response/incomplete
 */
export function writeDeniedResponse(out: ByteBuffer, members: Slice, index: i32, message: Slice, sequence: i32): void {
  const text = quote(message);
  writeItemEvents(out, sliceOfBuffer(ID), index, sequence, text);
  beginResponseEvent(out, "response.incomplete", sequence + ITEM_EVENTS).text(',"response":{');
  writeResponseMembers(out, members);
  out.text('"status":"incomplete","error":null,"incomplete_details":{"reason":"content_filter"},"output":[');
  writeItem(out, sliceOfBuffer(ID), text);
  out.text('],"tools":[],"usage":{"input_tokens":0,"output_tokens":0,"total_tokens":0}}');
  endResponseEvent(out);
}

/** Appends the first event of a stream of Messages. `model` is JSON. */
export function writeMessageStart(out: ByteBuffer, model: Slice = ABSENT): void {
  sseEvent(out, "message_start");
  sseData(out);
  const json = new JsonWriter(out).beginObject().key("type").string("message_start").key("message");
  writeMessage(json, model, 0);
  json.endObject();
  sseEnd(out);
}

/** Appends the first event of a stream of Responses. `members` and `sequence` as above. */
export function writeResponseCreated(out: ByteBuffer, members: Slice, sequence: i32): void {
  beginResponseEvent(out, "response.created", sequence).text(',"response":{');
  writeResponseMembers(out, members);
  out.text('"status":"in_progress","error":null,"incomplete_details":null,"output":[],"tools":[]}');
  endResponseEvent(out);
}

/** Appends a content block that says `message`, and the end of a stream of Messages. */
export function writeDeniedBlock(out: ByteBuffer, index: i32, message: Slice): void {
  sseEvent(out, "content_block_start");
  sseData(out);
  out.text('{"type":"content_block_start","index":').integer(index).text(',"content_block":{"type":"text","text":""}}');
  sseEnd(out);
  sseEvent(out, "content_block_delta");
  sseData(out);
  out.text('{"type":"content_block_delta","index":').integer(index).text(',"delta":');
  new JsonWriter(out).beginObject().key("type").string("text_delta").key("text").text(message).endObject();
  out.text("}");
  sseEnd(out);
  writeBlockStop(out, index);
  sseEvent(out, "message_delta");
  sseData(out);
  out.text(
    '{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":0}}',
  );
  sseEnd(out);
  sseEvent(out, "message_stop");
  sseData(out);
  out.text('{"type":"message_stop"}');
  sseEnd(out);
}

/** Appends the end of a content block. */
export function writeBlockStop(out: ByteBuffer, index: i32): void {
  sseEvent(out, "content_block_stop");
  sseData(out);
  out.text('{"type":"content_block_stop","index":').integer(index).text("}");
  sseEnd(out);
}

/** A message of Anthropic's; without a text (0) it is the one that begins a stream. */
function writeMessage(json: JsonWriter, model: Slice, message: Slice): void {
  json.beginObject().key("id").string("denied").key("type").string("message").key("role").string("assistant");
  writeModel(json, model);
  json.key("content").beginArray();
  if (message) json.beginObject().key("type").string("text").key("text").text(message).endObject();
  json.endArray().key("stop_reason");
  if (message) json.string("end_turn");
  else json.nothing();
  json.key("stop_sequence").nothing().key("usage").beginObject().key("input_tokens").integer(0);
  json.key("output_tokens").integer(0).endObject().endObject();
}

/** The events of a response of one message. https://platform.openai.com/docs/api-reference/responses-streaming */
function writeResponseEvents(out: ByteBuffer, model: Slice, message: Slice): void {
  beginResponseEvent(out, "response.created", 0).text(',"response":');
  writeResponse(new JsonWriter(out), model, 0);
  endResponseEvent(out);
  writeItemEvents(out, sliceOfBuffer(ID), 0, 1, quote(message));
  beginResponseEvent(out, "response.completed", 1 + ITEM_EVENTS).text(',"response":');
  writeResponse(new JsonWriter(out), model, message);
  endResponseEvent(out);
}

/** A response of OpenAI's; without a text (0) it is the one that begins a stream. */
function writeResponse(json: JsonWriter, model: Slice, message: Slice): void {
  json.beginObject().key("id").string("denied").key("object").string("response").key("created_at").integer(0);
  json.key("status").string(message ? "completed" : "in_progress");
  writeModel(json, model);
  json.key("error").nothing().key("incomplete_details").nothing().key("output").beginArray();
  if (message) {
    item.clear();
    writeItem(item, sliceOfBuffer(ID), quote(message));
    json.raw(item.slice);
  }
  json.endArray().key("tools").beginArray().endArray();
  json.key("usage").beginObject().key("input_tokens").integer(0).key("output_tokens").integer(0);
  json.key("total_tokens").integer(0).endObject().endObject();
}

/** The text as a JSON string, valid until the next call. */
function quote(text: Slice): Slice {
  quoted.clear();
  new JsonWriter(quoted).text(text);
  return quoted.slice;
}

/** The members of a response that its stream repeats, or those of one that has none. */
function writeResponseMembers(out: ByteBuffer, members: Slice): void {
  if (sliceSize(members)) out.append(members);
  else out.text('"id":"denied","object":"response","created_at":0,"model":"",');
}

/** The members of a chunk of a stream that has none. */
function writeHead(out: ByteBuffer, object: string, model: Slice): void {
  out.text('"id":"denied","object":"').text(object).text('","created":0,"model":');
  if (sliceSize(model)) out.append(model).byte(0x2c);
  else out.text('"",');
}

function writeModel(json: JsonWriter, model: Slice): void {
  if (sliceSize(model)) json.key("model").raw(model);
  else json.key("model").string("");
}
