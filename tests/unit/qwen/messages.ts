import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as qwen from "./module.ts";

const user = { role: "user", content: "Hi" };
const chat = (fields: object = {}): object => ({ model: "qwen-plus", messages: [user], ...fields });
const messagesOf = (messages: object[], model = "qwen-plus"): any =>
  qwen.translateRequest({ model, messages }).body?.input.messages;

describe("messages", () => {
  before(() => void qwen.configure(qwen.NATIVE));

  test("everything that DashScope knows of a message is kept byte for byte", () => {
    const call = { id: "call_1", type: "function", function: { name: "f", arguments: '{"a": 1}' } };
    const messages = [
      { role: "system", content: "Be \u00e9 \ud83d\ude00" },
      { role: "user", content: "Hi", name: "Ann" },
      { role: "assistant", content: "", tool_calls: [call], reasoning_content: "hm" },
      { role: "tool", content: "1", tool_call_id: "call_1" },
      { role: "assistant", content: "It is", partial: true },
    ];
    assert.deepEqual(messagesOf(messages), messages);
    const escaped = '{"model":"qwen-plus","messages":[{"role":"user","content":"\\u00e9\\/\\ud83d"}]}';
    qwen.translateRequest(escaped);
    assert.match(qwen.written(), /"content":"\\u00e9\\\/\\ud83d"/);
  });

  test("OpenAI's own ways of saying it", () => {
    const call = { id: "1", type: "function", function: { name: "f", arguments: "{}" } };
    assert.deepEqual(messagesOf([{ role: "developer", content: "x" }, user])[0], { role: "system", content: "x" });
    assert.deepEqual(messagesOf([{ role: "assistant", content: null, tool_calls: [call] }])[0].content, "");
    assert.deepEqual(
      messagesOf([{ role: "assistant", tool_calls: [call], refusal: null, audio: null }])[0].content,
      "",
    );
    assert.deepEqual(messagesOf([{ role: "assistant", content: null, refusal: "No." }])[0], {
      role: "assistant",
      content: "No.",
    });
    const parts = [
      { type: "text", text: "a\n" },
      { type: "refusal", refusal: "b" },
    ];
    assert.equal(messagesOf([{ role: "assistant", content: parts }])[0].content, "a\nb");
  });

  test("a marked cache keeps the parts apart", () => {
    const content = [
      { type: "text", text: "long", cache_control: { type: "ephemeral" } },
      { type: "text", text: "short" },
    ];
    assert.deepEqual(messagesOf([{ role: "user", content }])[0].content, content);
  });

  test("media become DashScope's parts", () => {
    const content = [
      { type: "text", text: "Look:" },
      { type: "image_url", image_url: { url: "https://h.example/a.png", detail: "low" }, min_pixels: 10 },
      { type: "image_url", image_url: "data:image/png;base64,AA==" },
      { type: "video_url", video_url: { url: "https://h.example/a.mp4" }, fps: 2 },
      { type: "video", video: ["https://h.example/1.png", "https://h.example/2.png"] },
      { type: "input_audio", input_audio: { data: "UklGRg==", format: "wav" } },
      { type: "input_audio", input_audio: { data: "https://h.example/a.mp3", format: "mp3" } },
    ];
    assert.deepEqual(messagesOf([{ role: "user", content }], "qwen-vl-max")[0].content, [
      { text: "Look:" },
      { image: "https://h.example/a.png", min_pixels: 10 },
      { image: "data:image/png;base64,AA==" },
      { video: "https://h.example/a.mp4", fps: 2 },
      { video: ["https://h.example/1.png", "https://h.example/2.png"] },
      { audio: "data:audio/wav;base64,UklGRg==" },
      { audio: "https://h.example/a.mp3" },
    ]);
  });

  test("other values are refused as messages, with their path", () => {
    const refused: [messages: unknown, param: string][] = [
      [[], "messages"],
      ["Hi", "messages"],
      [[1], "messages[0]"],
      [[user, { role: "function", name: "f", content: "" }], "messages[1].role"],
      [[{ content: "Hi" }], "messages[0].role"],
      [[{ role: "user" }], "messages[0].content"],
      [[{ role: "user", content: 1 }], "messages[0].content"],
      [[{ role: "user", content: [{ text: "x" }] }], "messages[0].content"],
      [[{ role: "user", content: [{ type: "text" }] }], "messages[0].content"],
      [[{ role: "user", content: [{ type: "file", file: {} }] }], "messages[0].content[0].type"],
      [[{ role: "user", content: [{ type: "image_url", image_url: {} }] }], "messages[0].content[0].image_url.url"],
      [
        [{ role: "user", content: [{ type: "input_audio", input_audio: { data: "AA" } }] }],
        "messages[0].content[0].input_audio.format",
      ],
      [[{ role: "assistant", function_call: {} }], "messages[0].function_call"],
      [[{ role: "assistant", tool_calls: [{ id: "1" }] }], "messages[0].tool_calls"],
      [[{ role: "tool", content: "x", tool_call_id: 1 }], "messages[0].tool_call_id"],
    ];
    for (const [messages, param] of refused) {
      const { refused: why } = qwen.translateRequest(chat({ messages }));
      assert.equal(why?.split(" ").slice(0, 2).join(" "), `400 ${param}`, JSON.stringify(messages));
    }
  });
});
