import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readEvents } from "../../fixtures/expectations.ts";
import * as qwen from "./module.ts";

const { askForStream: ask, deltasOf: deltas } = qwen;
const withUsage = { stream_options: { include_usage: true } };

describe("the end of a stream", () => {
  const hello = qwen.event(qwen.choice({ content: "Hello" }));
  const last = qwen.event(qwen.choice({ content: "" }, "stop"));

  test("[DONE] comes with the last choice, and only once", () => {
    ask(withUsage);
    const stream = qwen.openStream();
    assert.equal(readEvents(stream.push(hello)).done, 0);
    const end = readEvents(stream.push(last));
    assert.equal(end.done, 1);
    assert.deepEqual(
      end.objects.map((object: any) => object.choices),
      [[{ index: 0, delta: {}, finish_reason: "stop" }], []],
    );
    assert.deepEqual(end.objects[1]!.usage, { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 });
    assert.equal(stream.push(hello + last), "");
    assert.equal(stream.end(), "");
  });

  test("usage is written only if the client asked, and read in any case", () => {
    ask();
    assert.doesNotMatch(qwen.translateStream(hello + last), /usage/);
    assert.deepEqual(qwen.usage(), { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 });
  });

  test("the stream waits for usage after the last choice", () => {
    ask(withUsage);
    const late = { output: { choices: [] }, usage: { input_tokens: 1, output_tokens: 2 }, request_id: "r-1" };
    const finish = JSON.parse(JSON.stringify(qwen.choice({ content: "x" }, "stop")));
    delete finish.usage;
    const stream = qwen.openStream();
    assert.equal(readEvents(stream.push(qwen.event(finish))).done, 0);
    assert.match(stream.push(qwen.event(late)), /"total_tokens":3\}\}\n\ndata: \[DONE\]\n\n$/);
    assert.equal(stream.end(), "");
  });

  test("without usage [DONE] comes at the end", () => {
    ask(withUsage);
    const finish = JSON.parse(JSON.stringify(qwen.choice({ content: "x" }, "stop")));
    delete finish.usage;
    const stream = qwen.openStream();
    stream.push(qwen.event(finish));
    assert.equal(stream.end(), "data: [DONE]\n\n");
  });

  test("a stream that ends too early ends with an error", () => {
    for (const begun of ["", ": ping\n\n", hello, hello + "id:2\nevent:result"]) {
      ask(withUsage);
      const { objects, done } = readEvents(qwen.translateStream(begun));
      assert.equal((objects.at(-1) as any).error.code, "upstream_stream_incomplete");
      assert.equal(done, 1);
      assert.ok(!JSON.stringify(objects).includes('"finish_reason":"'));
    }
  });

  test("with two choices it waits for both", () => {
    ask({ n: 2, ...withUsage });
    const event = (index: number, content: string, finish: string, tokens: number) =>
      qwen.event({
        ...qwen.choice({ content }, finish, index),
        usage: { input_tokens: 5, output_tokens: tokens, total_tokens: 5 + tokens },
      });
    const stream = qwen.openStream();
    const first = readEvents(
      stream.push(event(0, "A", "null", 1) + event(1, "B", "null", 1) + event(0, "a", "stop", 2)),
    );
    assert.equal(first.done, 0);
    const rest = readEvents(stream.push(event(1, "b", "length", 3)));
    assert.equal(rest.done, 1);
    assert.deepEqual((rest.objects.at(-1) as any).usage, { prompt_tokens: 5, completion_tokens: 5, total_tokens: 10 });
    const seen = [...first.objects, ...rest.objects].flatMap((object: any) => object.choices);
    assert.deepEqual(
      seen.map((choice: any) => [choice.index, choice.delta.role ?? "", choice.delta.content ?? choice.finish_reason]),
      [
        [0, "assistant", "A"],
        [1, "assistant", "B"],
        [0, "", "a"],
        [0, "", "stop"],
        [1, "", "b"],
        [1, "", "length"],
      ],
    );
  });

  test("an empty response has a role and an empty content", () => {
    ask();
    assert.deepEqual(deltas(qwen.translateStream(last)), [
      { index: 0, delta: { role: "assistant", content: "" }, finish_reason: null },
      { index: 0, delta: {}, finish_reason: "stop" },
    ]);
  });
});

describe("an error in a stream", () => {
  const hello = qwen.event(qwen.choice({ content: "Hello" }));
  const failing: { [name: string]: [stream: string, error: object] } = {
    "an error event": [
      qwen.event({ code: "Throttling", message: 'Slow \\ down "now" 慢', request_id: "r" }, "error", 429),
      { message: 'Slow \\ down "now" 慢', type: "rate_limit_error", param: null, code: "Throttling" },
    ],
    "an error without its type": [
      'data:{"code":"InternalError","message":"broken"}\n\n',
      { message: "broken", type: "server_error", param: null, code: "InternalError" },
    ],
    "an error in OpenAI's shape": [
      'data: {"error":{"message":"no","code":"x"}}\n\n',
      { message: "no", type: "server_error", param: null, code: "x" },
    ],
    "an object that is nothing known": [
      'data: {"hello":1}\n\n',
      { message: "The provider failed without a message.", type: "server_error", param: null, code: null },
    ],
    "no JSON": [
      "data: secret {\n\n",
      {
        message: "The provider sent an event that cannot be read.",
        type: "server_error",
        param: null,
        code: "upstream_event_invalid",
      },
    ],
    "a list": [
      "data: [1]\n\n",
      {
        message: "The provider sent an event that cannot be read.",
        type: "server_error",
        param: null,
        code: "upstream_event_invalid",
      },
    ],
  };
  for (const [name, [stream, error]] of Object.entries(failing)) {
    test(`${name} becomes OpenAI's, and ends the stream`, () => {
      for (const before of ["", hello]) {
        ask(withUsage);
        const { objects, done } = readEvents(qwen.translateStream(before + stream + hello));
        assert.deepEqual(objects.at(-1), { error });
        assert.equal(objects.length, before === "" ? 1 : 2);
        assert.equal(done, 1);
      }
    });
  }

  test("an event that is too long", () => {
    ask();
    const stream = qwen.openStream(400);
    stream.push(hello);
    const long = `data:{"output":{"choices":[{"message":{"content":"${"secret".repeat(100)}"}}]}}\n\n`;
    const { objects, done } = readEvents(stream.push(long));
    assert.equal((objects[0] as any).error.code, "upstream_event_too_long");
    assert.equal(done, 1);
    assert.equal(stream.end(), "");
  });
});

describe("parts of a response", () => {
  test("comments, [DONE], unknown members and null members give nothing", () => {
    ask();
    const stream = qwen.openStream();
    assert.equal(stream.push(": ping\n\ndata: [DONE]\n\nid:1\n\n"), "");
    const odd = {
      output: { choices: [{ message: { content: null, reasoning_content: null, tool_calls: null, x: [1] } }] },
      usage: null,
    };
    assert.equal(stream.push(qwen.event({ ...odd, request_id: null })), "");
  });

  test("tool calls without an id get one, the same as in a whole response", () => {
    ask();
    const call = (id: string) => ({
      tool_calls: [{ id, type: "function", function: { name: "f", arguments: "{}" } }],
      content: "",
    });
    const streamed = deltas(qwen.translateStream(qwen.event(qwen.choice(call(""), "tool_calls"))));
    const whole = JSON.parse(qwen.translateResponse(qwen.choice(call(""), "tool_calls"))!);
    assert.equal(streamed[0].delta.tool_calls[0].id, "call_r-1_0");
    assert.equal(whole.choices[0].message.tool_calls[0].id, "call_r-1_0");
    assert.equal(whole.choices[0].message.content, null);
  });

  test("log probabilities are in the chunk of their text", () => {
    ask({ logprobs: true });
    const logprobs = { content: [{ token: "A", bytes: [65], logprob: -0.1, top_logprobs: [] }] };
    const data: any = qwen.choice({ content: "A" });
    data.output.choices[0].logprobs = logprobs;
    assert.deepEqual(deltas(qwen.translateStream(qwen.event(data)))[0].logprobs, logprobs);
    data.output.choices[0].finish_reason = "stop";
    assert.deepEqual(JSON.parse(qwen.translateResponse(data)!).choices[0].logprobs, logprobs);
  });

  test("a response with its text instead of choices", () => {
    ask();
    const output = { text: "Hi", finish_reason: "stop" };
    const stream = deltas(
      qwen.translateStream(
        qwen.event({ output: { text: "Hi", finish_reason: "null" } }) +
          qwen.event({ output: { ...output, text: "!" } }),
      ),
    );
    assert.deepEqual(
      stream.map(({ delta }) => delta.content),
      ["Hi", "!", undefined],
    );
    const whole = JSON.parse(qwen.translateResponse({ output, request_id: "r" })!);
    assert.equal(whole.choices[0].message.content, "Hi");
    assert.equal(whole.usage, undefined);
  });

  test("a cumulative text that gets shorter gives a valid stream", () => {
    ask({ incremental_output: false });
    const texts = ["ab", "a", "abc\\", "abcé", "abcé\ufffd", "abcé😀x"];
    const events = texts.map((content) => qwen.event(qwen.choice({ content }))).join("");
    const stream = qwen.translateStream(events + qwen.event(qwen.choice({ content: "abcé😀xy" }, "stop")));
    const text = deltas(stream)
      .map(({ delta }) => delta.content ?? "")
      .join("");
    assert.ok(text.startsWith("abc") && text.endsWith("😀xy"), text);
  });

  test("the memory of many streams is given back", () => {
    ask();
    const stream = Buffer.from(
      qwen.event(qwen.choice({ content: "Hello" })) + qwen.event(qwen.choice({ content: "" }, "stop")),
    );
    for (let i = 0; i < 2000; i++) qwen.translateStream(stream);
    const before = qwen.memoryBytes();
    for (let i = 0; i < 20_000; i++) qwen.translateStream(stream);
    assert.ok(qwen.memoryBytes() <= before + 65536 * 2);
  });
});
