import { sliceOf } from "../../../assembly/bytes/slice";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonEdit } from "../../../assembly/json/edit";
import { jsonFirst, jsonGet, jsonUnescape } from "../../../assembly/json/value";
import { jsonValidate } from "../../../assembly/json/validate";
import { JsonWriter } from "../../../assembly/json/writer";
import { SseDecoder } from "../../../assembly/sse/decoder";
import { sseData, sseEnd } from "../../../assembly/sse/encoder";
import { out } from "./output";

export { memoryBytes } from "./output";

const document = new JsonDocument();
const edit = new JsonEdit();
const decoder = new SseDecoder();
const writer = new JsonWriter(out);

export function allocate(size: i32): usize {
  return heap.alloc(size);
}

export function validate(start: usize, size: i32, times: i32): i32 {
  let failed = 0;
  for (let i = 0; i < times; i++) failed += <i32>(jsonValidate(sliceOf(start, size)) != 0);
  return failed;
}

export function index(start: usize, size: i32, times: i32): i32 {
  let failed = 0;
  for (let i = 0; i < times; i++) failed += <i32>(document.parse(sliceOf(start, size)) != 0);
  return failed;
}

/** Validates, indexes, reads `stream` and replaces `model`. */
export function replaceModel(start: usize, size: i32, times: i32): i32 {
  let failed = 0;
  const model = String.UTF8.encode('"qwen-plus"');
  for (let i = 0; i < times; i++) {
    failed += <i32>(document.parse(sliceOf(start, size)) != 0 || document.get("stream") == 0);
    edit.begin(document);
    edit.set("model", sliceOf(changetype<usize>(model), model.byteLength));
    out.clear();
    edit.write(out);
  }
  return failed;
}

/** Escapes a text into a JSON string. */
export function escape(start: usize, size: i32, times: i32): i32 {
  for (let i = 0; i < times; i++) {
    out.clear();
    writer.reset().text(sliceOf(start, size));
  }
  return 0;
}

/** Translates a chunk of DashScope events to OpenAI chunks, and returns the number of lost events. */
export function translate(start: usize, size: i32, times: i32, events: i32): i32 {
  let lost = events * times;
  for (let i = 0; i < times; i++) {
    out.clear();
    decoder.push(sliceOf(start, size));
    while (decoder.next()) {
      if (document.parse(decoder.data)) continue;
      const choice = jsonFirst(jsonGet(document.get("output"), "choices"));
      const content = jsonGet(jsonGet(choice, "message"), "content");
      sseData(out);
      writer.reset().beginObject().key("id").raw(document.get("request_id"));
      writer
        .key("object")
        .string("chat.completion.chunk")
        .key("created")
        .integer(1735689600)
        .key("model")
        .string("qwen-max");
      writer.key("choices").beginArray().beginObject().key("index").integer(0);
      writer.key("delta").beginObject().key("content").raw(content).endObject();
      writer.key("finish_reason").nothing().endObject().endArray().endObject();
      sseEnd(out);
      lost--;
    }
  }
  return lost;
}

/** Splits a chunk into events, and returns the number of lost events. */
export function cut(start: usize, size: i32, times: i32, events: i32): i32 {
  let lost = events * times;
  for (let i = 0; i < times; i++) {
    decoder.push(sliceOf(start, size));
    while (decoder.next()) lost--;
  }
  return lost;
}

/** Unescapes a string token. */
export function unescape(start: usize, size: i32, times: i32): i32 {
  for (let i = 0; i < times; i++) {
    out.clear();
    jsonUnescape(sliceOf(start, size), out);
  }
  return 0;
}
