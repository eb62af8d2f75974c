// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dialects } from "./index.ts";
import type { HeaderPair, ProviderReply } from "./types.ts";
import type { JsonObject } from "./wire.ts";

const json: HeaderPair = ["content-type", "application/json"];
const key: HeaderPair = ["authorization", "Bearer sk-fake-for-tests"];
const messages = [{ role: "user", content: "Hello!" }];
const chat = "/v1/chat/completions";

const send = (body: unknown, path = chat, headers = [key, json], method = "POST"): ProviderReply =>
  dialects.moonshot.handle({
    ...{ method, path, authority: "api.moonshot.cn", headers },
    body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
  });
const parsed = (reply: ProviderReply): JsonObject => JSON.parse(Buffer.concat(reply.chunks).toString()) as JsonObject;
const withBase = (fields: JsonObject): JsonObject => ({ model: "moonshot-v1-8k", messages, ...fields });

describe("Moonshot's dialect refuses", () => {
  // prettier-ignore
  const refused: [what: string, reply: ProviderReply, status: number, type: string, message: RegExp][] = [
    ["no key", send(withBase({}), chat, [json]), 401, "invalid_authentication_error", /^Invalid Authentication$/],
    ["an invalid key", send(withBase({}), chat, [["authorization", "Bearer sk-invalid"], json]), 401, "invalid_authentication_error", /./],
    ["an unknown model", send(withBase({ model: "moonshot-v1-16k" })), 404, "resource_not_found_error", /^Not found the model moonshot-v1-16k or/],
    ["OpenAI's model", send(withBase({ model: "gpt-4o" })), 404, "resource_not_found_error", /gpt-4o/],
    ["no messages", send({ model: "moonshot-v1-8k" }), 400, "invalid_request_error", /^Invalid request: .*messages/],
    ["a temperature that OpenAI accepts", send(withBase({ temperature: 1.5 })), 400, "invalid_request_error", /temperature/],
    ["six choices", send(withBase({ n: 6 })), 400, "invalid_request_error", /^Invalid request: n /],
    ["choices that cannot differ", send(withBase({ n: 2, temperature: 0 })), 400, "invalid_request_error", /^Invalid request: n /],
    ["an empty message of the assistant", send(withBase({ messages: [...messages, { role: "assistant", content: "" }] })), 400, "invalid_request_error", /position 1 with role 'assistant' must not be empty/],
    ["a rate", send(withBase({ model: "kimi-rate-limited" })), 429, "rate_limit_reached_error", /try again after/],
    ["an account without balance", send(withBase({ model: "kimi-quota-exceeded" })), 429, "exceeded_current_quota_error", /./],
    ["an overloaded engine", send(withBase({ model: "kimi-overloaded" })), 429, "engine_overloaded_error", /overloaded/],
    ["a risk", send(withBase({ model: "kimi-content-filtered" })), 400, "content_filter", /high risk/],
    ["an unknown file", send("", "/v1/files/cnf-nope/content", [key], "GET"), 404, "resource_not_found_error", /cnf-nope/],
    ["a file without a key", send("", "/v1/files", [], "GET"), 401, "invalid_authentication_error", /./],
    ["an upload that is not a form", send({}, "/v1/files"), 400, "invalid_request_error", /file/],
  ];
  for (const [what, reply, status, type, message] of refused) {
    it(what, () => {
      const error = parsed(reply).error as JsonObject;
      assert.deepEqual([reply.status, error.type], [status, type], String(error.message));
      assert.match(String(error.message), message);
      assert.deepEqual(Object.keys(error).sort(), ["message", "type"]);
    });
  }

  it("an unknown path, in a different shape", () => {
    for (const path of ["/v1/embeddings", "/chat/completions", "/v1/completions"]) {
      const reply = send(withBase({}), path);
      assert.deepEqual([reply.status, parsed(reply).error], [404, "url.not_found"], path);
    }
  });
});

describe("Moonshot's dialect", () => {
  it("has the usage inside each choice's last chunk, and again if it was requested", () => {
    const chunksOf = (fields: JsonObject): JsonObject[] =>
      send(withBase({ stream: true, ...fields }))
        .chunks.slice(0, -1)
        .map((chunk) => JSON.parse(String(chunk).slice("data: ".length)) as JsonObject);
    const plain = chunksOf({});
    const [last] = plain.at(-1)!.choices as JsonObject[];
    assert.equal(last.finish_reason, "stop");
    assert.ok(((last.usage as JsonObject).total_tokens as number) > 0);
    assert.ok(plain.every((chunk) => !("usage" in chunk)));
    assert.ok(plain.slice(0, -1).every(({ choices }) => !("usage" in (choices as JsonObject[])[0])));
    const asked = chunksOf({ stream_options: { include_usage: true } });
    assert.deepEqual(asked.at(-1)!.choices, []);
    assert.deepEqual(asked.at(-1)!.usage, (asked.at(-2)!.choices as JsonObject[])[0].usage);
  });

  it("continues a partial message of the assistant", () => {
    const begun = [...messages, { role: "assistant", content: "Dear", partial: true }];
    assert.equal(send(withBase({ messages: begun })).status, 200);
  });

  it("returns a file's content as text", () => {
    const reply = send("", "/v1/files/cnf00000000000000001/content", [key], "GET");
    assert.equal(reply.headers[0][1], "text/plain; charset=utf-8");
    assert.match(String(parsed(reply).content), /XLNet/);
  });
});
