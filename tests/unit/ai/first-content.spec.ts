import { Api } from "../../../assembly/ai/api";
import { FirstContent, FirstContentReader } from "../../../assembly/ai/first-content";
import { ABSENT, Slice, sliceSize, subslice } from "../../../assembly/bytes/slice";
import { textOf, utf8 } from "../assembly/slices";

function nameOf(result: FirstContent): string {
  switch (result) {
    case FirstContent.Content:
      return "content";
    case FirstContent.Error:
      return "error";
    case FirstContent.End:
      return "end";
    default:
      return "waiting";
  }
}

function outcome(reader: FirstContentReader, result: FirstContent, at: i32): string {
  const text = nameOf(result) + (result == FirstContent.Error ? " " + textOf(reader.error) : "");
  return at < 0 ? text + " at the end" : text;
}

/** What a stream says, read byte by byte, and after how many bytes; -1 in front of it if only at its end. */
function bytewise(api: Api, stream: Slice): i32 {
  const reader = new FirstContentReader(api, 65_536);
  let at = 0;
  while (at < sliceSize(stream) && reader.push(subslice(stream, at, at + 1)) == FirstContent.Waiting) at++;
  reader.dispose();
  return at < sliceSize(stream) ? at + 1 : -1;
}

/** What a stream says in one chunk; reports each cut into two chunks that says something else, or says it elsewhere. */
function read(api: Api, text: string): string {
  const stream = utf8(text);
  const decided = bytewise(api, stream);
  const reader = new FirstContentReader(api, 65_536);
  let result = reader.push(stream);
  if (result == FirstContent.Waiting) result = reader.finish();
  const expected = outcome(reader, result, decided);
  reader.dispose();
  for (let cut = 0; cut <= sliceSize(stream); cut++) {
    const pieces = new FirstContentReader(api, 65_536);
    const first = pieces.push(subslice(stream, 0, cut));
    const isEarly = (first != FirstContent.Waiting) != (decided >= 0 && cut >= decided);
    let last = pieces.push(subslice(stream, cut));
    if (last == FirstContent.Waiting) last = pieces.finish();
    const actual = outcome(pieces, last, decided);
    pieces.dispose();
    if (isEarly || actual != expected) return `cut at ${cut}: ${actual}, decided at ${decided}`;
  }
  return expected;
}

function chat(data: string): string {
  return read(Api.ChatCompletions, data);
}

/** A chat chunk with a delta, and an event that opens the stream before it. */
function delta(json: string, finish: string = "null"): string {
  const role =
    'data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n';
  return chat(role + `data: {"id":"c","choices":[{"index":0,"delta":${json},"finish_reason":${finish}}]}\n\n`);
}

function messages(json: string): string {
  const start = 'event: message_start\ndata: {"type":"message_start","message":{"role":"assistant","content":[]}}\n\n';
  return read(Api.Messages, start + 'event: ping\r\ndata: {"type": "ping"}\r\n\r\n' + `data: ${json}\n\n`);
}

function responses(json: string): string {
  const created =
    'event: response.created\ndata: {"type":"response.created","response":{"status":"queued","error":null}}\n\n';
  const more =
    'data: {"type":"response.queued"}\n\ndata: {"type":"response.in_progress"}\n\ndata: {"type":"keepalive"}\n\n';
  return read(Api.Responses, created + more + `data: ${json}\n\n`);
}

describe("the first content of a chat", () => {
  test("is text, reasoning, a tool call, a refusal or the finish", () => {
    expect(delta('{"content":"Hi"}')).toBe("content");
    expect(delta('{"content":" "}')).toBe("content");
    expect(delta('{"reasoning_content":"Hm"}')).toBe("content");
    expect(delta('{"reasoning":"Hm"}')).toBe("content");
    expect(
      delta('{"role":"assistant","tool_calls":[{"index":0,"id":"t","function":{"name":"f","arguments":""}}]}'),
    ).toBe("content");
    expect(delta('{"function_call":{"name":"f"}}')).toBe("content");
    expect(delta('{"refusal":"No."}')).toBe("content");
    expect(delta("{}", '"stop"')).toBe("content");
    expect(
      read(Api.Completions, 'data: {"choices":[{"text":"","index":0}]}\n\ndata: {"choices":[{"text":"a"}]}\n\n'),
    ).toBe("content");
  });

  test("is no role, nothing empty, no filter results, no usage and no comment", () => {
    expect(delta('{"role":"assistant","content":null,"reasoning_content":null,"tool_calls":[]}')).toBe(
      "end at the end",
    );
    expect(delta('{"content":"","annotations":[],"function_call":{}}', '""')).toBe("end at the end");
    expect(chat('data: {"choices":[],"prompt_filter_results":[{"prompt_index":0}]}\n\n')).toBe("end at the end");
    expect(chat('data: {"choices":[],"usage":{"total_tokens":1}}\n\n')).toBe("end at the end");
    expect(chat(": OPENROUTER PROCESSING\n\n: again\n\nid: 7\n\ndata:\n\n")).toBe("end at the end");
    expect(chat("")).toBe("end at the end");
  });

  test("is not a stream that ends", () => {
    expect(chat("data: [DONE]\n\n")).toBe("end");
    expect(chat('data: {"choices":[]}\n\ndata: [DONE]\n\n')).toBe("end");
  });

  test("is read from the last event though its blank line is missing", () => {
    expect(chat('data: {"choices":[{"delta":{"content":"Hi"}}]}')).toBe("content at the end");
    expect(chat("data: [DONE]")).toBe("end at the end");
  });

  test("is read with any line end, behind a byte order mark", () => {
    const event = 'data: {"choices":[{"delta":{"content":"Hi"}}]}';
    expect(chat("\ufeff: c\r\n\r\n" + event + "\r\n\r\n")).toBe("content");
    expect(chat("\r\r: c\r\r" + event + "\r\r")).toBe("content");
  });
});

describe("an error in a chat's stream", () => {
  test("is OpenAI's object, with or without an event type", () => {
    const error = '{"error":{"message":"The server is overloaded","type":"server_error","code":null}}';
    expect(chat(`data: ${error}\n\n`)).toBe("error " + error);
    expect(chat(`: ping\n\nevent: error\ndata: ${error}\n\n`)).toBe("error " + error);
    expect(chat('data: {"error":"busy"}\n\n')).toBe('error {"error":"busy"}');
    expect(chat("event: error\ndata: no JSON\n\n")).toBe("error no JSON");
  });

  test("is that of vLLM, OpenRouter and DashScope", () => {
    expect(chat('data: {"object":"error","message":"m","code":500}\n\n').startsWith("error")).toBe(true);
    expect(
      chat('data: {"id":"g","error":{"code":502},"choices":[{"delta":{"content":""}}]}\n\n').startsWith("error"),
    ).toBe(true);
    expect(chat('data: {"choices":[{"delta":{"content":""},"finish_reason":"error"}]}\n\n').startsWith("error")).toBe(
      true,
    );
    const dashScope = 'data:{"code":"Throttling","message":"Requests rate limit exceeded","request_id":"r"}';
    expect(chat(`id:1\nevent:error\n:HTTP_STATUS/429\n${dashScope}\n\n`).startsWith("error")).toBe(true);
    expect(chat(`${dashScope}\n\n`).startsWith("error")).toBe(true);
    expect(read(Api.Unknown, `${dashScope}\n\n`).startsWith("error")).toBe(true);
  });

  test("is not a null, and not one that comes after content", () => {
    expect(chat('data: {"error":null,"choices":[{"delta":{"content":"Hi"}}]}\n\n')).toBe("content");
    expect(chat('data: {"code":0,"message":"Success","choices":[{"delta":{"content":"Hi"}}]}\n\n')).toBe("content");
    expect(chat('data: {"choices":[{"delta":{"content":"Hi"}}]}\n\ndata: {"error":{}}\n\n')).toBe("content");
  });
});

describe("the first content of a message", () => {
  test("is text, thinking, its signature, a tool's use or the stop reason", () => {
    const begin = '{"type":"content_block_delta","index":0,"delta":';
    expect(messages(begin + '{"type":"text_delta","text":"Hi"}}')).toBe("content");
    expect(messages(begin + '{"type":"thinking_delta","thinking":"Hm"}}')).toBe("content");
    expect(messages(begin + '{"type":"signature_delta","signature":"E"}}')).toBe("content");
    expect(messages(begin + '{"type":"input_json_delta","partial_json":"{"}}')).toBe("content");
    expect(messages('{"type":"content_block_start","content_block":{"type":"tool_use","id":"t","input":{}}}')).toBe(
      "content",
    );
    expect(messages('{"type":"content_block_start","content_block":{"type":"redacted_thinking","data":"x"}}')).toBe(
      "content",
    );
    expect(messages('{"type":"content_block_start","content_block":{"type":"text","text":"Hi"}}')).toBe("content");
    expect(messages('{"type":"message_delta","delta":{"stop_reason":"end_turn"}}')).toBe("content");
  });

  test("is no ping, no start of an empty block and no empty delta", () => {
    expect(messages('{"type":"content_block_start","content_block":{"type":"text","text":""}}')).toBe("end at the end");
    expect(messages('{"type":"content_block_start","content_block":{"type":"thinking","thinking":""}}')).toBe(
      "end at the end",
    );
    expect(messages('{"type":"content_block_delta","delta":{"type":"text_delta","text":""}}')).toBe("end at the end");
    expect(messages('{"type":"content_block_stop","index":0}')).toBe("end at the end");
    expect(messages('{"type":"something_new"}')).toBe("end at the end");
    expect(messages('{"type":"message_stop"}')).toBe("end");
  });

  test("is not an error", () => {
    const error = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}';
    expect(messages(error)).toBe("error " + error);
  });
});

describe("the first content of a response", () => {
  test("is a delta that is not empty, an item of a tool, or the end", () => {
    expect(responses('{"type":"response.output_text.delta","delta":"Hi"}')).toBe("content");
    expect(responses('{"type":"response.reasoning_summary_text.delta","delta":"Hm"}')).toBe("content");
    expect(responses('{"type":"response.refusal.delta","delta":"No."}')).toBe("content");
    expect(responses('{"type":"response.output_item.added","item":{"type":"function_call","name":"f"}}')).toBe(
      "content",
    );
    expect(responses('{"type":"response.web_search_call.in_progress"}')).toBe("content");
    expect(responses('{"type":"response.completed","response":{}}')).toBe("content");
    expect(responses('{"type":"response.incomplete","response":{}}')).toBe("content");
    expect(responses('{"type":"response.content_part.added","part":{"type":"output_text","text":"Hi"}}')).toBe(
      "content",
    );
  });

  test("is no empty item, part or delta", () => {
    expect(responses('{"type":"response.output_item.added","item":{"type":"message","content":[]}}')).toBe(
      "end at the end",
    );
    expect(responses('{"type":"response.output_item.added","item":{"type":"reasoning","summary":[]}}')).toBe(
      "end at the end",
    );
    expect(responses('{"type":"response.content_part.added","part":{"type":"output_text","text":""}}')).toBe(
      "end at the end",
    );
    expect(responses('{"type":"response.output_text.delta","delta":""}')).toBe("end at the end");
    expect(responses('{"type":"codex.rate_limits"}')).toBe("end at the end");
  });

  test("is not an error", () => {
    expect(responses('{"type":"error","code":"server_error","message":"m"}').startsWith("error")).toBe(true);
    const failed = '{"type":"response.failed","response":{"status":"failed","error":{"code":"rate_limit_exceeded"}}}';
    expect(responses(failed)).toBe("error " + failed);
  });
});

describe("the first content of any other stream", () => {
  test("is its first event with data", () => {
    expect(read(Api.Unknown, ': c\n\nevent: x\n\ndata: {"a":1}\n\n')).toBe("content");
    expect(read(Api.AudioSpeech, "data: text\n\n")).toBe("content");
    expect(read(Api.Unknown, "data: [DONE]\n\n")).toBe("end");
    expect(read(Api.Unknown, 'data: {"error":{"message":"m"}}\n\n').startsWith("error")).toBe(true);
  });
});

describe("a body that is JSON", () => {
  test("is an error at its end, or a response as soon as it begins like one", () => {
    const error = '{"error":{"message":"m","code":"invalid_api_key"}}';
    expect(chat(error)).toBe(`error ${error} at the end`);
    expect(chat(`\ufeff \n${error}\n`)).toBe(`error ${error} at the end`);
    expect(chat(`[${error}]`)).toBe(`error ${error} at the end`);
    expect(chat('{"code":"InvalidApiKey","message":"m","request_id":"r"}').startsWith("error")).toBe(true);
    expect(chat('{"code":"Success","message":"","output":{"text":"Hi"}}')).toBe("content at the end");
    expect(chat('{ "id" : "c", "choices": []}')).toBe("content");
    expect(chat('{"error":')).toBe("content at the end");
    expect(chat("{}")).toBe("content at the end");
  });
});

describe("the memory of the reader", () => {
  test("holds no more than the limit", () => {
    const long = utf8(": " + "c".repeat(100) + "\n");
    const reader = new FirstContentReader(Api.ChatCompletions, 200);
    // One comment that never ends, and comments without an end.
    for (let i = 0; i < 1000; i++) expect(nameOf(reader.push(subslice(long, 0, 100)))).toBe("waiting");
    reader.dispose();
    const lines = new FirstContentReader(Api.ChatCompletions, 200);
    for (let i = 0; i < 1000; i++) expect(nameOf(lines.push(long))).toBe("waiting");
    expect(nameOf(lines.finish())).toBe("content");
    lines.dispose();
  });

  test("takes what is longer for content", () => {
    const reader = new FirstContentReader(Api.ChatCompletions, 100);
    expect(nameOf(reader.push(utf8('data: {"choices":[],"a":"' + "a".repeat(100) + '"}\n\n')))).toBe("content");
    reader.dispose();
    const json = new FirstContentReader(Api.ChatCompletions, 100);
    expect(nameOf(json.push(utf8('{"error":')))).toBe("waiting");
    expect(nameOf(json.push(utf8(" ".repeat(100))))).toBe("content");
    expect(textOf(json.error)).toBe(textOf(ABSENT));
    json.dispose();
  });
});
