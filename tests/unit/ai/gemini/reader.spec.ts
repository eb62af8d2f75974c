import { StreamTransform } from "../../../../assembly/ai/hub/stream-transform";
import { MessageEventWriter } from "../../../../assembly/ai/protocols/messages/event-writer";
import { MessageWriter } from "../../../../assembly/ai/protocols/messages/message-writer";
import { GeminiReader } from "../../../../assembly/ai/protocols/gemini/reader";
import { TokenUsage } from "../../../../assembly/ai/usage";
import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { Slice, sliceSize, subslice } from "../../../../assembly/bytes/slice";
import { JsonDocument } from "../../../../assembly/json/document";
import { utf8, written } from "../../assembly/slices";

const out = new ByteBuffer();
const document = new JsonDocument();

function streamReader(): StreamTransform {
  return new GeminiReader(new MessageEventWriter(false), new TokenUsage());
}

function cutAt(stream: Slice, at: i32): string {
  const reader = streamReader();
  reader.push(subslice(stream, 0, at), out);
  reader.push(subslice(stream, at), out);
  reader.end(out);
  reader.free();
  return written(out);
}

/** What a Messages client gets for these events; every cut of the stream must give the same. */
function streamed(events: string[]): string {
  let text = "";
  for (let i = 0; i < events.length; i++) text += `data: ${events[i]}\r\n\r\n`;
  const stream = utf8(text);
  const expected = cutAt(stream, sliceSize(stream));
  for (let at = 0; at < sliceSize(stream); at++) if (cutAt(stream, at) != expected) return `differs when cut at ${at}`;
  return expected;
}

/** What a Messages client gets for a whole response; "no" where it is none. */
function whole(response: string): string {
  const reader = new GeminiReader(new MessageWriter(false), new TokenUsage());
  document.parse(utf8(response));
  const isRead = reader.readWhole(document, out);
  reader.free();
  const text = written(out);
  return isRead || text.length ? text : "no";
}

function candidate(parts: string, rest: string = ""): string {
  return `{"candidates":[{"content":{"parts":[${parts}],"role":"model"}${rest}}],"responseId":"r1","usageMetadata":{"promptTokenCount":9,"cachedContentTokenCount":4,"candidatesTokenCount":3,"thoughtsTokenCount":5,"totalTokenCount":17}}`;
}

const STOP = ',"finishReason":"STOP","index":0';

/** Expects a piece in a text; a failure shows the text. */
function expectPart(text: string, piece: string): void {
  expect(text.includes(piece) ? piece : text).toBe(piece);
}

describe("GeminiReader", () => {
  it("reads text, reasoning and tool calls with their signatures", () => {
    const parts =
      '{"text":"hm","thought":true},{"text":"Hello"},{"functionCall":{"name":"look","args":{"at" : "a b",\n "n": [1, 2]},"id":"c1"},"thoughtSignature":"SIG"},{"functionCall":{"name":"wait","args":{},"id":"c2"}}';
    const text = whole(candidate(parts, STOP));
    expectPart(text, '"content":[{"type":"thinking","thinking":"hm","signature":""},{"type":"text","text":"Hello"},');
    expectPart(
      text,
      '{"type":"thinking","thinking":"","signature":"google-gemini-v1:SIG"},{"type":"tool_use","id":"c1","name":"look","input":{"at":"a b","n":[1,2]}},{"type":"tool_use","id":"c2","name":"wait","input":{}}]',
    );
    expectPart(text, '"stop_reason":"tool_use"');
    expectPart(
      text,
      '"usage":{"input_tokens":5,"cache_creation_input_tokens":0,"cache_read_input_tokens":4,"output_tokens":8}',
    );
  });

  it("streams what a whole response says, cut anywhere", () => {
    const first = candidate('{"text":"hm","thought":true}');
    const second = candidate('{"functionCall":{"name":"look","args":{"at":"ü"},"id":"c1"},"thoughtSignature":"SIG"}');
    const text = streamed([first, second, candidate('{"text":""}', STOP)]);
    expectPart(text, '"delta":{"type":"thinking_delta","thinking":"hm"}');
    expectPart(text, '"delta":{"type":"signature_delta","signature":"google-gemini-v1:SIG"}');
    expectPart(text, '"partial_json":"{\\"at\\":\\"ü\\"}"');
    expectPart(text, '"stop_reason":"tool_use"');
    expectPart(text, "event: message_stop");
  });

  it("keeps the signature of a text that has ended", () => {
    const text = streamed([candidate('{"text":"Hi"}'), candidate('{"text":"","thoughtSignature":"END"}', STOP)]);
    expectPart(text, '{"type":"content_block_start","index":1,"content_block":{"type":"thinking"');
    expectPart(text, '"signature":"google-gemini-v1:END"');
  });

  it("maps the reasons for an end", () => {
    expectPart(whole(candidate('{"text":"a"}', ',"finishReason":"MAX_TOKENS"')), '"stop_reason":"max_tokens"');
    expectPart(whole(candidate('{"text":"a"}', ',"finishReason":"SAFETY"')), '"stop_reason":"refusal"');
    expectPart(whole('{"promptFeedback":{"blockReason":"SAFETY"}}'), '"stop_reason":"refusal"');
    expectPart(streamed(['{"promptFeedback":{"blockReason":"SAFETY"}}']), '"stop_reason":"refusal"');
    expect(whole('{"candidates":[]}')).toBe("no");
  });

  it("fails where the model could not write its call", () => {
    const bad = candidate(
      "",
      ',"finishReason":"MALFORMED_FUNCTION_CALL","finishMessage":"Malformed function call: x("',
    );
    expect(whole(bad)).toBe("no");
    expectPart(streamed([candidate('{"text":"a"}'), bad]), "Malformed function call: x(");
    expectPart(streamed([candidate("", ',"finishReason":"MALFORMED_RESPONSE"')]), "could not write");
  });

  it("ends a stream that breaks off, or that holds an error, with an error", () => {
    expectPart(streamed([candidate('{"text":"a"}')]), "ended before its response did");
    const error = '{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}';
    expectPart(streamed([candidate('{"text":"a"}'), error]), "The model is overloaded.");
    expectPart(streamed(["[]"]), "cannot be read");
  });

  it("bears parts, candidates and counts of other kinds", () => {
    const odd =
      '{"candidates":[7,{"index":-3,"content":5,"finishReason":9},{"content":{"parts":[5,{"functionCall":3},{"text":4}]},"finishReason":"STOP"}]}';
    expectPart(streamed([odd]), "event: error");
    expectPart(whole('{"candidates":[{}]}'), '"content":[]');
    expectPart(whole('{"candidates":[{"content":{"parts":{}}}],"usageMetadata":[]}'), '"content":[]');
  });

  it("gives pictures as Markdown", () => {
    expectPart(
      whole(candidate('{"inlineData":{"mimeType":"image/png","data":"QUJD"}}', STOP)),
      '"text":"![image](data:image/png;base64,QUJD)"',
    );
  });
});
