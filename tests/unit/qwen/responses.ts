import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { fixturesOf } from "../../fixtures/expectations.ts";
import * as qwen from "./module.ts";

const user = { role: "user", content: "Hi" };
const chat = (fields: object = {}): object => ({ model: "qwen-plus", messages: [user], ...fields });

describe("requests of the fixtures", () => {
  before(() => void qwen.configure(qwen.NATIVE));

  for (const [folder, api] of [
    ["chat", qwen.Api.Chat],
    ["embeddings", qwen.Api.Embeddings],
  ] as const) {
    for (const { name, client, request, upstream, expected } of fixturesOf("qwen", folder)) {
      if (!request) continue;
      test(`fixture ${folder}/${name}`, () => {
        assert.deepEqual(qwen.translateRequest(client, api), { body: request });
        assert.equal(upstream === undefined, expected === undefined);
      });
    }
  }
});

describe("embeddings", () => {
  before(() => void qwen.configure(qwen.NATIVE));

  const embed = (fields: object) =>
    qwen.translateRequest({ model: "text-embedding-v4", ...fields }, qwen.Api.Embeddings);

  test("DashScope's own fields are kept", () => {
    assert.deepEqual(embed({ input: "a", text_type: "query", instruct: "x", user: "u" }).body.parameters, {
      text_type: "query",
      instruct: "x",
    });
  });

  test("invalid inputs are refused", () => {
    for (const input of [[1, 2], [[1, 2]], [], 1, null, ["a", 1]])
      assert.match(embed({ input }).refused!, /^400 input /);
    assert.match(embed({ input: "a", dimensions: "64" }).refused!, /^400 dimensions /);
    assert.match(embed({ input: "a", encoding_format: "int8" }).refused!, /^400 encoding_format /);
  });

  test("Base64 holds little-endian floats", () => {
    embed({ input: "a", encoding_format: "base64" });
    const numbers = [0.1, -1.5e-8, 3, 0, -0.020538935, 1e-46];
    for (let size = 0; size <= numbers.length; size++) {
      const embedding = numbers.slice(0, size);
      const output = { embeddings: [{ embedding, text_index: 0 }] };
      const response = JSON.parse(qwen.translateResponse({ output, usage: { total_tokens: 3 } })!);
      const bytes = Buffer.from(response.data[0].embedding, "base64");
      assert.deepEqual(
        embedding.map((_, i) => bytes.readFloatLE(i * 4)),
        embedding.map(Math.fround),
      );
      assert.equal(response.data[0].embedding, bytes.toString("base64"));
      assert.deepEqual(response.usage, { prompt_tokens: 3, total_tokens: 3 });
    }
  });

  test("a response without embeddings is not a response", () => {
    embed({ input: "a" });
    for (const response of [{}, { output: {} }, { output: { embeddings: [{}] } }, { output: { embeddings: {} } }]) {
      assert.equal(qwen.translateResponse(response), undefined);
    }
  });
});

describe("whole responses", () => {
  before(() => void qwen.configure(qwen.NATIVE));

  for (const { name, client, upstream, expected } of fixturesOf("qwen", "chat")) {
    if (!expected || expected.stream || upstream!.status !== 200) continue;
    test(`fixture ${name}`, () => {
      qwen.translateRequest(client);
      qwen.assertReceived(qwen.translateResponse(upstream!.body.toString())!, expected);
    });
  }

  test("other JSON is not a response", () => {
    qwen.translateRequest(chat());
    for (const response of [{}, [], { output: null }, { output: { choices: [] } }, { code: "x", message: "y" }]) {
      assert.equal(qwen.translateResponse(response), undefined);
    }
  });

  test("errors name message and code in both dialects", () => {
    assert.equal(qwen.readError({ code: "A", message: "b", request_id: "r" }), '"b" "A"');
    assert.equal(qwen.readError({ error: { code: "A", message: "b" }, request_id: "r" }), '"b" "A"');
    assert.equal(qwen.readError({ message: 1, error: "x" }), " ");
  });
});
