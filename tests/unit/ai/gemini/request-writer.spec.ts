import { MessagesRequestReader } from "../../../../assembly/ai/protocols/messages/request-reader";
import { GeminiRequestWriter } from "../../../../assembly/ai/protocols/gemini/request-writer";
import { Effort, Role, Sampling, ToolChoice } from "../../../../assembly/ai/hub/request-sink";
import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { ABSENT } from "../../../../assembly/bytes/slice";
import { JsonDocument } from "../../../../assembly/json/document";
import { modelsOf, traitsIn } from "../../../../plugins/ai-proxy/models/shipped-tables";
import { utf8, written, textOf } from "../../assembly/slices";

const writer = new GeminiRequestWriter();
const out = new ByteBuffer();
const reader = new MessagesRequestReader();
const document = new JsonDocument();

/** Tells the writer what the shipped table knows of a model. */
function takeModel(model: string): void {
  const traits = traitsIn(modelsOf("gemini"), model);
  if (traits) writer.traits = traits;
}

/** Begins a request for a model. */
function begun(model: string = "gemini-2.5-flash"): GeminiRequestWriter {
  writer.reset();
  out.clear();
  writer.out = out;
  takeModel(model);
  writer.begin(utf8(model));
  return writer;
}

/** Ends the request, and gives it. */
function ended(): string {
  writer.end();
  return written(out);
}

/** The request for one of Anthropic's Messages; the refusal where there is one. */
function messages(request: string, model: string = "gemini-2.5-flash"): string {
  writer.reset();
  out.clear();
  writer.out = out;
  takeModel(model);
  document.parse(utf8(`{"model":"${model}",${request}}`));
  return reader.read(document, writer) ? written(out) : `${writer.refusalParam}: ${writer.refusal}`;
}

/** A conversation in which one tool was called; the result is that of `part`. */
function withResult(model: string, result: string, thinking: string = ""): string {
  const call = `${thinking}{"type":"tool_use","id":"t1","name":"look","input":{"at":"x"}}`;
  const turns = `{"role":"assistant","content":[${call}]},{"role":"user","content":[${result}]}`;
  return messages(`"messages":[{"role":"user","content":"Hi"},${turns}]`, model);
}

const USER = '"contents":[{"role":"user","parts":[{"text":"Hi"}]}';

/** Expects a piece in a text; a failure shows the text. */
function expectPart(text: string, piece: string): void {
  expect(text.includes(piece) ? piece : text).toBe(piece);
}

describe("GeminiRequestWriter: options", () => {
  it("puts sampling, limits and stops into generationConfig", () => {
    begun().maxTokens(utf8("100"));
    writer.sampling(Sampling.Temperature, utf8("0.5"));
    writer.sampling(Sampling.TopP, utf8("0.9"));
    writer.sampling(Sampling.TopK, utf8("40"));
    writer.sampling(Sampling.Seed, utf8("7"));
    writer.stopSequence(utf8("a"));
    writer.stopSequence(utf8("b"));
    writer.sampling(Sampling.PresencePenalty, utf8("1"));
    writer.sampling(Sampling.FrequencyPenalty, utf8("-1"));
    writer.jsonSchema(ABSENT, ABSENT, utf8('{"type":"object"}'), true);
    expect(ended()).toBe(
      '{"generationConfig":{"maxOutputTokens":100,"temperature":0.5,"topP":0.9,"topK":40,"seed":7,"stopSequences":["a","b"],' +
        '"presencePenalty":1,"frequencyPenalty":-1,"responseMimeType":"application/json","responseJsonSchema":{"type":"object"}},"contents":[]}',
    );
  });

  it("asks models with budgets by tokens, and keeps to their limits", () => {
    begun().reasoning(Effort.Medium, ABSENT);
    expectPart(ended(), '"thinkingConfig":{"includeThoughts":true,"thinkingBudget":8192}');
    begun("gemini-2.5-pro").reasoning(Effort.None, ABSENT);
    expectPart(ended(), '"thinkingConfig":{"includeThoughts":false,"thinkingBudget":128}');
    begun("gemini-2.5-flash-lite").reasoning(Effort.Low, utf8("100"));
    expectPart(ended(), '"thinkingBudget":512}');
    begun("models/gemini-flash-latest").reasoning(Effort.Highest, utf8("99999"));
    expectPart(ended(), '"thinkingBudget":24576}');
    begun().reasoning(Effort.Adaptive, ABSENT);
    expectPart(ended(), '"thinkingBudget":-1}');
  });

  it("asks models with levels by effort", () => {
    begun("gemini-3-flash-preview").reasoning(Effort.None, ABSENT);
    expectPart(ended(), '{"includeThoughts":false,"thinkingLevel":"minimal"}');
    begun("gemini-3-pro-preview").reasoning(Effort.Medium, utf8("5000"));
    expectPart(ended(), '{"includeThoughts":true,"thinkingLevel":"high"}');
    begun("gemini-3.1-pro-preview").reasoning(Effort.Medium, ABSENT);
    expectPart(ended(), '"thinkingLevel":"medium"}');
    begun("gemini-3-flash-preview").reasoning(Effort.Adaptive, ABSENT);
    expectPart(ended(), '"thinkingConfig":{"includeThoughts":true}');
  });

  it("notes reasoning that the model does not have", () => {
    begun("gemini-2.0-flash").reasoning(Effort.High, ABSENT);
    expect(textOf(writer.dropped.slice)).toBe("reasoning");
    expect(ended()).toBe('{"generationConfig":{},"contents":[]}');
  });

  it("uses the configured budget where the request says nothing", () => {
    begun().thinkingBudget = 0;
    writer.stopSequence(utf8("a"));
    expectPart(ended(), '"stopSequences":["a"],"thinkingConfig":{"includeThoughts":false,"thinkingBudget":0}}');
    begun().thinkingBudget = 500;
    writer.reasoning(Effort.Low, ABSENT);
    expectPart(ended(), '{"thinkingConfig":{"includeThoughts":true,"thinkingBudget":1024}}');
    begun("gemini-3-flash-preview").thinkingBudget = 500;
    expectPart(ended(), '"generationConfig":{}');
  });

  it("writes tools, their choice and safety settings", () => {
    begun().safetySettings = "[1]";
    writer.tool(utf8("a"), utf8("does a"), utf8('{"type":"object"}'), false);
    writer.tool(utf8("b"), ABSENT, ABSENT, false);
    writer.toolChoice(ToolChoice.Named, utf8("b"));
    writer.parallelToolCalls(false);
    writer.beginMessage(Role.User);
    writer.text(utf8("Hi"));
    writer.endMessage();
    expect(ended()).toBe(
      '{"generationConfig":{},"tools":[{"functionDeclarations":[{"name":"a","description":"does a","parametersJsonSchema":{"type":"object"}},' +
        '{"name":"b"}]}],"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["b"]}},' +
        USER +
        '],"safetySettings":[1]}',
    );
    expect(textOf(writer.dropped.slice)).toBe("parallel_tool_calls");
  });
});

describe("GeminiRequestWriter: messages", () => {
  it("joins messages of one role, and gathers the system's texts", () => {
    const turns = `{"role":"user","content":"a"},{"role":"user","content":[{"type":"text","text":"b"},{"type":"text","text":""}]},{"role":"assistant","content":"c"},{"role":"system","content":"now"}`;
    expect(messages(`"system":"be","messages":[${turns}]`)).toBe(
      '{"generationConfig":{},"contents":[{"role":"user","parts":[{"text":"a"},{"text":"b"}]},{"role":"model","parts":[{"text":"c"}]}],"systemInstruction":{"parts":[{"text":"be"},{"text":"now"}]}}',
    );
  });

  it("makes a conversation of nothing but instructions the user's", () => {
    expect(messages('"system":"be","messages":[]')).toBe(
      '{"generationConfig":{},"contents":[{"role":"user","parts":[{"text":"be"}]}]}',
    );
  });

  it("takes pictures, documents and files at https URLs", () => {
    const data = '{"type":"image","source":{"type":"base64","media_type":"image/png","data":"QUJD"}}';
    const file = '{"type":"document","source":{"type":"url","url":"https://e.com/a.pdf"}}';
    expectPart(
      messages(`"messages":[{"role":"user","content":[${data},${file}]}]`),
      '"parts":[{"inlineData":{"mimeType":"image/png","data":"QUJD"}},{"fileData":{"fileUri":"https://e.com/a.pdf"}}]',
    );
    const http = '{"type":"image","source":{"type":"url","url":"http://e.com/a.png"}}';
    expectPart(messages(`"messages":[{"role":"user","content":[${http}]}]`), "https URLs");
    expectPart(messages(`"messages":[{"role":"user","content":[${file}]}]`, "gemini-2.0-flash"), "https URLs");
    begun().beginMessage(Role.User);
    writer.audioData(utf8("wav"), utf8("QUJD"));
    expectPart(ended(), '{"inlineData":{"mimeType":"audio/wav","data":"QUJD"}}');
  });

  it("finds the name of a result by the id of its call, and joins results", () => {
    const calls = `{"type":"tool_use","id":"a","name":"one","input":{}},{"type":"tool_use","id":"b","name":"two","input":{"x":1}}`;
    const results = `{"type":"tool_result","tool_use_id":"b","content":"B","is_error":true},{"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":"A"},{"type":"text","text":"C"}]}`;
    const turns = `{"role":"assistant","content":[${calls}]},{"role":"user","content":[${results},{"type":"text","text":"go"}]}`;
    expect(messages(`"messages":[{"role":"user","content":"Hi"},${turns}]`)).toBe(
      `{"generationConfig":{},${USER},{"role":"model","parts":[{"functionCall":{"id":"a","name":"one","args":{}}},{"functionCall":{"id":"b","name":"two","args":{"x":1}}}]},` +
        '{"role":"user","parts":[{"functionResponse":{"id":"b","name":"two","response":{"error":"B"}}},{"functionResponse":{"id":"a","name":"one","response":{"output":"A\\n\\nC"}}},{"text":"go"}]}]}',
    );
    expect(messages(`"messages":[{"role":"user","content":[${results}]}]`)).toBe(
      "messages: No tool call before it has the id of a tool result.",
    );
  });

  it("puts pictures of results where the model takes them", () => {
    const picture = '{"type":"image","source":{"type":"base64","media_type":"image/png","data":"QUJD"}}';
    const result = `{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"see"},${picture}]}`;
    const inline = '{"inlineData":{"mimeType":"image/png","data":"QUJD"}}';
    expectPart(withResult("gemini-2.5-flash", result), `"response":{"output":"see"}}},${inline}]}`);
    expectPart(withResult("gemini-3-flash-preview", result), `"response":{"output":"see"},"parts":[${inline}]}}]}`);
  });

  it("gives a signature back on the tool call that follows it, or on an empty text", () => {
    const result = '{"type":"tool_result","tool_use_id":"t1","content":"ok"}';
    const thinking = '{"type":"thinking","thinking":"hm","signature":"google-gemini-v1:SIG"},';
    expectPart(
      withResult("gemini-3-flash-preview", result, thinking),
      '{"functionCall":{"id":"t1","name":"look","args":{"at":"x"}},"thoughtSignature":"SIG"}',
    );
    expect(textOf(writer.dropped.slice)).toBe("");
    const last = `${thinking}{"type":"text","text":"Hello"},{"type":"thinking","thinking":"","signature":"google-gemini-v1:END"}`;
    expectPart(
      messages(`"messages":[{"role":"assistant","content":[${last}]}]`),
      '"parts":[{"text":"Hello"},{"text":"","thoughtSignature":"SIG"},{"text":"","thoughtSignature":"END"}]',
    );
  });

  it("stands in for a signature that Gemini 3 asks for, once", () => {
    begun("gemini-3-pro-preview").beginMessage(Role.Assistant);
    writer.reasoningText(utf8("hm"), ABSENT);
    writer.toolCall(utf8("a"), utf8("one"), utf8("{}"));
    writer.toolCall(utf8("b"), utf8("one"), utf8("{}"));
    writer.endMessage();
    expectPart(
      ended(),
      '[{"functionCall":{"id":"a","name":"one","args":{}},"thoughtSignature":"skip_thought_signature_validator"},{"functionCall":{"id":"b","name":"one","args":{}}}]',
    );
    expect(textOf(writer.dropped.slice)).toBe("messages.thinking");
  });
});
