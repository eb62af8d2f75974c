// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dialects } from "./index.ts";
import type { HeaderPair, ProviderReply } from "./types.ts";
import type { JsonObject } from "./wire.ts";

const json: HeaderPair = ["content-type", "application/json"];
const key: HeaderPair = ["api-key", "azure-fake-for-tests"];
const messages = [{ role: "user", content: "Hello!" }];
const version = "?api-version=2024-02-01";
const deployment = "/openai/deployments/YOUR_DEPLOYMENT_NAME";
const chat = `${deployment}/chat/completions${version}`;

const send = (body: unknown, path = chat, headers = [key, json], method = "POST"): ProviderReply =>
  dialects.azure.handle({
    ...{ method, path, authority: "YOUR_RESOURCE_NAME.openai.azure.com", headers },
    body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
  });
const get = (path: string, headers = [key]): ProviderReply => send("", path, headers, "GET");
const parsed = (reply: ProviderReply): JsonObject => JSON.parse(Buffer.concat(reply.chunks).toString()) as JsonObject;
const events = (reply: ProviderReply): JsonObject[] =>
  reply.chunks.slice(0, -1).map((chunk) => JSON.parse(String(chunk).slice("data: ".length)) as JsonObject);
const hello = { messages };
const bearer = (token: string): HeaderPair => ["authorization", `Bearer ${token}`];

describe("Azure's dialect refuses", () => {
  // prettier-ignore
  const refused: [what: string, reply: ProviderReply, status: number, code: string | null, message: RegExp][] = [
    ["no key", send(hello, chat, [json]), 401, "401", /^Access denied/],
    ["an invalid key", send(hello, chat, [["api-key", "invalid"], json]), 401, "401", /^Access denied/],
    ["a key as a bearer token", send(hello, chat, [bearer("azure-fake-for-tests"), json]), 401, "Unauthorized", /^Access token/],
    ["a client's bearer token beside the key", send(hello, chat, [key, bearer("unused"), json]), 401, "Unauthorized", /^Access token/],
    ["OpenAI's path", send(hello, "/v1/chat/completions"), 404, "404", /^Resource not found$/],
    ["OpenAI's path below a deployment", send(hello, `${deployment}/v1/chat/completions${version}`), 404, "404", /^Resource/],
    ["no version", send(hello, `${deployment}/chat/completions`), 404, "404", /^Resource/],
    ["an unknown version", send(hello, `${deployment}/chat/completions?api-version=2022-13-01`), 404, "404", /^Resource/],
    ["a dated version on the newer base", send(hello, `/openai/v1/chat/completions${version}`), 404, "404", /^Resource/],
    ["models below a deployment", get(`${deployment}/models${version}`), 404, "404", /^Resource/],
    ["a chat without a deployment", send(hello, `/openai/chat/completions${version}`), 404, "404", /^Resource/],
    ["an unknown deployment", send(hello, `/openai/deployments/nope/chat/completions${version}`), 404, "DeploymentNotFound", /^The API deployment/],
    ["the placeholder of a deployment", send(hello, `/openai/deployments/placeholder/chat/completions${version}`), 404, "DeploymentNotFound", /^The API deployment/],
    ["an embedding deployment in a chat", send(hello, `/openai/deployments/text-embedding-3-small/chat/completions${version}`), 400, "OperationNotSupported", /text-embedding/],
    ["no messages", send({}), 400, "missing_required_parameter", /messages/],
    ["an unknown field", send({ ...hello, enable_thinking: true }), 400, null, /^Unrecognized request argument/],
    ["the usage of a stream in an older version", send({ ...hello, stream: true, stream_options: { include_usage: true } }), 400, null, /supplied: stream_options$/],
    ["the newer limit in an older version", send({ ...hello, max_completion_tokens: 5 }), 400, null, /supplied: max_completion_tokens$/],
    ["broken JSON", send("{"), 400, null, /JSON/],
    ["a rate", send(hello, `/openai/deployments/gpt-4o-rate-limited/chat/completions${version}`), 429, "429", /retry after 20/],
    ["a prompt", send(hello, `/openai/deployments/gpt-4o-content-filtered/chat/completions${version}`), 400, "content_filter", /content management policy/],
    ["a model in the body of the newer base", send({ ...hello, model: "nope" }, "/openai/v1/chat/completions"), 404, "DeploymentNotFound", /deployment/],
  ];
  for (const [what, reply, status, code, message] of refused) {
    it(what, () => {
      const error = parsed(reply).error as JsonObject;
      assert.deepEqual([reply.status, error.code], [status, code], String(error.message));
      assert.match(String(error.message), message);
    });
  }
});

describe("Azure's dialect", () => {
  it("uses the path's deployment, whatever model the body names", () => {
    for (const body of [hello, { ...hello, model: "anything" }]) {
      const completion = parsed(send(body));
      assert.equal(completion.model, "gpt-4o-2024-08-06");
      const [{ content_filter_results }] = completion.choices as JsonObject[];
      assert.deepEqual((content_filter_results as JsonObject).hate, { filtered: false, severity: "safe" });
      assert.equal((completion.prompt_filter_results as unknown[]).length, 1);
    }
  });

  it("streams the prompt's annotations first", () => {
    const body = { ...hello, stream: true, stream_options: { include_usage: true } };
    const chunks = events(send(body, `${deployment}/chat/completions?api-version=2024-10-21`));
    assert.deepEqual([chunks[0].choices, chunks[0].id, chunks[0].object], [[], "", ""]);
    assert.ok(chunks[0].prompt_filter_results);
    assert.deepEqual((chunks[1].choices as JsonObject[])[0].content_filter_results, {});
    assert.ok(chunks.slice(1).every(({ model }) => model === "gpt-4o-2024-08-06"));
    assert.ok((chunks.at(-1)!.usage as JsonObject).total_tokens);
  });

  it("accepts a token of Entra ID instead of the API key", () => {
    const token = bearer("eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJ0ZXN0In0.c2lnbmF0dXJl");
    assert.equal(send(hello, chat, [token, json]).status, 200);
  });

  it("has a base path without versions, where the body names the deployment and the API key may be a bearer token", () => {
    const path = "/openai/v1/chat/completions";
    const named = { ...hello, model: "gpt-4o" };
    assert.equal(send(named, path).status, 200);
    assert.equal(send(named, `${path}?api-version=preview`).status, 200);
    assert.equal(send(named, path, [bearer("azure-fake-for-tests"), json]).status, 200);
    assert.equal(send(named, path, [bearer("azure-invalid"), json]).status, 401);
    assert.equal(send(named, path, [key, bearer("unused"), json]).status, 401);
  });

  it("has the resource's own APIs", () => {
    for (const api of ["models", "files", "batches"]) {
      assert.equal(parsed(get(`/openai/${api}${version}`)).object, "list", api);
      assert.equal(parsed(get(`/openai/v1/${api}`)).object, "list", api);
      assert.equal(get(`/openai/${api}`).status, 404, api);
    }
    assert.equal(
      send({ model: "gpt-4o", input: "Hi" }, "/openai/responses?api-version=2025-03-01-preview").status,
      200,
    );
    const embeddings = `/openai/deployments/text-embedding-3-small/embeddings${version}`;
    assert.equal((parsed(send({ input: "Hi" }, embeddings)).data as unknown[]).length, 1);
  });
});
