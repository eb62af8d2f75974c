// SPDX-License-Identifier: Apache-2.0
// A build of ai-proxy for chosen providers and protocols has these and no others, and refuses the others by name.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { chosenSources } from "../../tools/chosen-providers.ts";
import { compile } from "../../tools/compile.ts";
import type { ClientRequest } from "../harness/http-client.ts";
import { type Outcome, runExchange } from "./exchange.ts";
import { ProxyHost } from "./proxy-host.ts";

const WASM = "build/test/ai-proxy-chosen.wasm";
const configuration = (provider: object): string => JSON.stringify({ provider });
const openai = configuration({ type: "openai", apiToken: "sk-test-0001" });

before(() => {
  const replaced = chosenSources("together-ai, openai,qwen", "chat");
  return compile({ entry: "plugins/ai-proxy/index.ts", out: WASM, replaced, optimized: false });
});

test("the chosen providers are in the module", () => {
  const host = new ProxyHost(WASM);
  for (const type of ["openai", "together-ai", "qwen"])
    assert.ok(host.configure("ai-proxy", configuration({ type, apiToken: "sk-test-0001" })), type);
});

test("a configuration with another one is refused, and says which there are", () => {
  const host = new ProxyHost(WASM);
  assert.equal(host.configure("ai-proxy", configuration({ type: "azure", apiToken: "sk-test-0001" })), null);
  assert.match(logged(host), /\$\.provider\.type must be one of openai, qwen, together-ai/);
});

test("a protocol of a provider that the build does not have is refused when it is configured", () => {
  const host = new ProxyHost(WASM);
  const own = { type: "qwen", apiToken: "sk-test-0001", qwenEnableCompatible: false };
  assert.equal(host.configure("ai-proxy", configuration(own)), null);
  assert.match(logged(host), /\$\.provider\.qwenEnableCompatible must be true: this build has no DashScope protocol/);
});

const refusals: Record<string, [protocol: string, type: string]> = {
  "/v1/messages": ["Anthropic's Messages", "not_found_error"],
  "/v1/messages/count_tokens": ["Anthropic's Messages", "not_found_error"],
  "/v1/messages/batches": ["Anthropic's Messages", "invalid_request_error"],
  "/v1/responses": ["OpenAI's Responses", "invalid_request_error"],
  "/v1/responses/resp_1": ["OpenAI's Responses", "invalid_request_error"],
};
for (const [path, [protocol, type]] of Object.entries(refusals)) {
  test(`a request of a protocol of clients that the build does not have is refused by name: ${path}`, () => {
    const { response, received } = ask(path);
    assert.equal(received, null);
    assert.equal(response.status, 404);
    const { error } = JSON.parse(response.body.toString()) as { error: { type: string; message: string } };
    assert.deepEqual([error.type, error.message], [type, `This gateway was built without ${protocol}.`]);
  });
}

test("a chat passes", () => {
  assert.match(String(ask("/v1/chat/completions").received?.body), /"content":"Hi"/);
});

test("without PROTOCOLS a build has all protocols of clients, and of providers those that the chosen ones speak", () => {
  assert.deepEqual(flags("qwen,openai", ""), ["MESSAGES_CLIENTS", "RESPONSES_CLIENTS", "DASHSCOPE_PROVIDERS"]);
  assert.deepEqual(flags("gemini,claude", "chat"), ["MESSAGES_PROVIDERS", "GEMINI_PROVIDERS"]);
  assert.deepEqual(flags("qwen", "chat, dashscope"), ["DASHSCOPE_PROVIDERS"]);
  assert.equal(flags("", "chat,messages,responses,dashscope").length, 5);
  assert.deepEqual(chosenSources("", ""), {});
});

test("an unknown name is an error that names all of them", () => {
  assert.throws(
    () => chosenSources("qwen,opanai", ""),
    /^Error: PROVIDERS names opanai; there is ai360, azure, .*zhipuai$/,
  );
  assert.throws(() => chosenSources(" , ", ""), /PROVIDERS names no provider/);
  assert.throws(() => chosenSources("qwen", "chats"), /^Error: PROTOCOLS names chats; there is chat, messages, /);
});

const logged = (host: ProxyHost): string => host.vm.logs.map(({ text }) => text).join("\n");

/** The flags that are set in a build. */
function flags(providers: string, protocols: string): string[] {
  const text = chosenSources(providers, protocols)["plugins/ai-proxy/config/built-protocols.ts"];
  return [...text.matchAll(/export const (\w+): bool = true;/g)].map(([, name]) => name);
}

function ask(path: string): Outcome {
  const host = new ProxyHost(WASM);
  const body = { model: "m", max_tokens: 9, input: "Hi", messages: [{ role: "user", content: "Hi" }] };
  const request: ClientRequest = {
    ...{ method: "POST", path, authority: "gateway.example", headers: [["content-type", "application/json"]] },
    chunks: [Buffer.from(JSON.stringify(body))],
  };
  const answer = () => ({ status: 200, headers: [], chunks: [Buffer.from("{}")] });
  return runExchange(host, host.configure("ai-proxy", openai)!, request, { answer });
}
