import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import * as qwen from "./module.ts";

const user = { role: "user", content: "Hi" };
const chat = (fields: object = {}): object => ({ model: "qwen-plus", messages: [user], ...fields });
const parametersOf = (fields: object): any => qwen.translateRequest(chat(fields)).body?.parameters;
const messagesOf = (messages: object[], model = "qwen-plus"): any =>
  qwen.translateRequest({ model, messages }).body?.input.messages;

describe("endpoints", () => {
  before(() => void qwen.configure(qwen.NATIVE));

  // https://help.aliyun.com/zh/model-studio/error-code#error-url: each model has one of the two.
  const pathOf = (model: string, content: unknown = "Hi"): string => {
    qwen.translateRequest({ model, messages: [{ role: "user", content }] });
    return qwen.describeApi(qwen.Api.Chat);
  };
  const text = "dashscope.aliyuncs.com/api/v1/services/aigc/text-generation/generation 2 2";
  const multimodal = "dashscope.aliyuncs.com/api/v1/services/aigc/multimodal-generation/generation 2 2";

  test("text models", () => {
    for (const model of [
      "qwen-plus",
      "qwen3-max",
      "qwq-32b",
      "qwen3.6-max-preview",
      "qwen3.7-max",
      "qwen-long",
      "deepseek-v3.2",
      "qwen3.",
      "",
    ]) {
      assert.equal(pathOf(model), text, model);
    }
  });

  test("multimodal models", () => {
    for (const model of [
      "qwen-vl-max",
      "qwen2.5-vl-72b-instruct",
      "qwen3-vl-plus",
      "qvq-max",
      "qwen3.5-plus",
      "qwen3.6-35b-a3b",
      "qwen3.7-plus",
      "qwen3.8-max",
      "qwen-audio-turbo",
    ]) {
      assert.equal(pathOf(model), multimodal, model);
    }
    const image = [{ type: "image_url", image_url: { url: "https://h.example/a.png" } }];
    assert.equal(pathOf("a-model-to-come", image), multimodal);
  });

  test("all other APIs go to the compatible endpoints in both modes", () => {
    const paths: [api: number, path: string][] = [
      [qwen.Api.Models, "/compatible-mode/v1/… 1 1"],
      [qwen.Api.Files, "/compatible-mode/v1/… 1 1"],
      [qwen.Api.Completions, "/compatible-mode/v1/… 1 1"],
      [qwen.Api.Messages, "/apps/anthropic/v1/… 1 1"],
    ];
    for (const [api, path] of paths) assert.equal(qwen.describeApi(api), `dashscope.aliyuncs.com${path}`);
    assert.equal(
      qwen.describeApi(qwen.Api.QwenRerank),
      "dashscope.aliyuncs.com/api/v1/services/rerank/text-rerank/text-rerank 1 1",
    );
    assert.equal(qwen.describeApi(qwen.Api.Speech), "dashscope.aliyuncs.com 1 1");
  });

  test("compatible mode", () => {
    qwen.configure({ type: "qwen", apiTokens: ["sk-fake-for-tests"], qwenDomain: "dashscope-intl.aliyuncs.com" });
    qwen.translateRequest(chat());
    assert.equal(qwen.describeApi(qwen.Api.Chat), "dashscope-intl.aliyuncs.com/compatible-mode/v1/… 1 1");
    assert.equal(qwen.describeApi(qwen.Api.Embeddings), "dashscope-intl.aliyuncs.com/compatible-mode/v1/… 1 1");
    assert.equal(qwen.describeApi(qwen.Api.QwenRerank), "dashscope-intl.aliyuncs.com/compatible-api/v1/reranks 1 1");
    qwen.configure(qwen.NATIVE);
  });

  test("headers say whether to stream", () => {
    qwen.translateRequest(chat({ stream: true }));
    assert.deepEqual(qwen.headers(), ["accept: text/event-stream", "x-dashscope-sse: enable"]);
    qwen.translateRequest(chat());
    assert.deepEqual(qwen.headers(), ["accept: application/json", "x-dashscope-sse removed"]);
  });
});

describe("options", () => {
  before(() => void qwen.configure(qwen.NATIVE));

  test("qwenEnableSearch, unless the client decides", () => {
    qwen.configure({ ...qwen.NATIVE, qwenEnableSearch: true });
    assert.equal(parametersOf({}).enable_search, true);
    assert.equal(parametersOf({ enable_search: false }).enable_search, false);
    assert.equal(parametersOf({ enable_search: null }).enable_search, true);
    qwen.configure(qwen.NATIVE);
  });

  test("qwenFileIds are named behind the system message, for qwen-long only", () => {
    qwen.configure({ ...qwen.NATIVE, qwenFileIds: ["file-fe-1", "file-fe-2"] });
    const files = { role: "system", content: "fileid://file-fe-1,fileid://file-fe-2" };
    assert.deepEqual(messagesOf([user], "qwen-long"), [
      { role: "system", content: "You are a helpful assistant." },
      files,
      user,
    ]);
    const systems = [
      { role: "system", content: "A" },
      { role: "developer", content: [{ type: "text", text: "B" }] },
    ];
    const later = { role: "system", content: "C" };
    assert.deepEqual(messagesOf([...systems, user, later], "qwen-long"), [
      { role: "system", content: "A\nB" },
      files,
      user,
      later,
    ]);
    assert.deepEqual(messagesOf([systems[0]!], "qwen-long"), [systems[0], files]);
    assert.deepEqual(messagesOf([user]), [user]);
    qwen.configure(qwen.NATIVE);
  });

  test("wrong options are refused with their path", () => {
    const wrong: [options: object, error: RegExp][] = [
      [{ qwenEnableCompatible: "no" }, /^error: \$\.qwenEnableCompatible must be true or false\n$/],
      [{ ...qwen.NATIVE, qwenFileIds: "file" }, /^error: \$\.qwenFileIds must be a list of strings\n$/],
      [{ ...qwen.NATIVE, qwenFileIds: ["a,b"] }, /^error: \$\.qwenFileIds\[0\] must be the id of a file/],
      [{ ...qwen.NATIVE, qwenFileIds: ["a", ""] }, /^error: \$\.qwenFileIds\[1\] must not be empty/],
      [{ qwenDomain: "https://h.example" }, /^error: \$\.qwenDomain must be a host name/],
      [
        { qwenEnableSearch: true, qwenFileIds: ["a"] },
        /^warning: \$\.qwenEnableSearch has no effect .*\nwarning: \$\.qwenFileIds has no effect/,
      ],
    ];
    for (const [options, error] of wrong) {
      assert.match(qwen.configure({ type: "qwen", apiTokens: ["sk-fake-for-tests"], ...options }), error);
    }
    qwen.configure(qwen.NATIVE);
  });
});
