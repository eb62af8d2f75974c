// SPDX-License-Identifier: Apache-2.0
// A build of ai-proxy for chosen providers is small, has these providers and chats alone, and refuses by name what it lacks.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { type Choice, chosenSources, SMALL, TWO_PROVIDERS_BUDGET_BYTES } from "../../tools/chosen-providers.ts";
import { compile } from "../../tools/compile.ts";
import { root } from "../../tools/plugins.ts";
import type { ClientRequest } from "../harness/http-client.ts";
import { type Outcome, runExchange } from "./exchange.ts";
import { ProxyHost } from "./proxy-host.ts";

const WASM = "build/test/ai-proxy-chosen.wasm";
const configuration = (provider: object): string => JSON.stringify({ provider });
/** A chat as OpenAI answers it: https://platform.openai.com/docs/api-reference/chat/object */
const CHAT =
  '{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"served","choices":[{"index":0,"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}';
const openai = configuration({ type: "openai", apiToken: "sk-test-0001" });

let bytes = 0;
before(async () => {
  const replaced = chosenSources({ providers: "qwen, openai" });
  ({ bytes } = await compile({ entry: "plugins/ai-proxy/index.ts", out: WASM, replaced, levels: SMALL }));
});

test("a module for two providers is within its budget", () => {
  assert.ok(bytes <= TWO_PROVIDERS_BUDGET_BYTES, `${bytes} bytes`);
});

for (const [type, host, path] of [
  ["openai", "api.openai.com", "/v1/chat/completions"],
  ["qwen", "dashscope.aliyuncs.com", "/compatible-mode/v1/chat/completions"],
]) {
  test(`a chat of ${type} is served: its model is mapped, its usage read`, () => {
    const options = { type, apiToken: "sk-test-0001", modelMapping: { "m*": "served" } };
    const { received, response } = ask("/v1/chat/completions", configuration(options), CHAT);
    const headers = new Map(received?.headers);
    assert.deepEqual([received?.authority, received?.path], [host, path]);
    assert.equal(headers.get("authorization"), "Bearer sk-test-0001");
    assert.match(String(received?.body), /"model":"served".*"content":"Hi"/);
    assert.equal(response.status, 200);
    assert.equal(String(response.body), CHAT);
  });
}

test("a stream passes; the usage that the gateway asked for is not for the client", () => {
  const usage = '{"id":"1","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}';
  const chunk = '{"id":"1","choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":"stop"}]}';
  const stream = [chunk, usage, "[DONE]"].map((data) => `data: ${data}\n\n`).join("");
  const { received, response } = ask("/v1/chat/completions", openai, stream, { stream: true });
  assert.match(String(received?.body), /"stream_options":\{"include_usage":true\}/);
  assert.equal(String(response.body), `data: ${chunk}\n\ndata: [DONE]\n\n`);
});

test("what models take is known: a limit gets the name that a model of reasoning knows", () => {
  const { received } = ask("/v1/chat/completions", openai, CHAT, { model: "o3", max_tokens: 9, temperature: 1 });
  assert.match(String(received?.body), /"max_completion_tokens":9/);
});

test("a configuration with another one is refused, and says which there are", () => {
  const host = new ProxyHost(WASM);
  assert.equal(host.configure("ai-proxy", configuration({ type: "azure", apiToken: "sk-test-0001" })), null);
  assert.match(logged(host), /\$\.provider\.type must be one of openai, qwen$/m);
});

test("a protocol of a provider that the build does not have is refused when it is configured", () => {
  const host = new ProxyHost(WASM);
  const own = { type: "qwen", apiToken: "sk-test-0001", qwenEnableCompatible: false };
  assert.equal(host.configure("ai-proxy", configuration(own)), null);
  assert.match(
    logged(host),
    /\$\.provider\.qwenEnableCompatible must be true: this build has no DashScope protocol.*PROTOCOLS=chat,dashscope/,
  );
});

/** Options of parts that the build lacks, and the reason with which each is refused. */
const lacking: Record<string, [options: object, reason: RegExp]> = {
  failover: [
    { failover: { enabled: true, healthCheckModel: "m" } },
    /\$\.provider\.failover is not in .*FEATURES=failover/,
  ],
  retryOnFailure: [{ retryOnFailure: { enabled: true } }, /\$\.provider\.retryOnFailure is not in .*FEATURES=failover/],
  patterns: [{ modelMapping: { "~gpt": "m" } }, /\$\.provider\.modelMapping\.~gpt is not in .*FEATURES=patterns/],
  reasoning: [{ reasoningContentMode: "concat" }, /\.reasoningContentMode is not in .*FEATURES=reasoning/],
  promoteThinkingOnEmpty: [{ promoteThinkingOnEmpty: true }, /\.promoteThinkingOnEmpty is not in .*FEATURES=reasoning/],
  hiclawMode: [{ hiclawMode: true }, /\.hiclawMode is not in .*FEATURES=reasoning/],
  context: [{ context: { fileUrl: "http://a.example/", cluster: "c" } }, /\.context is not in .*FEATURES=context/],
  modelTable: [{ modelTable: "any" }, /\.modelTable must be own or off: this build knows/],
};
for (const [name, [options, reason]] of Object.entries(lacking)) {
  test(`a part that the build lacks is refused by the path of its option: ${name}`, () => {
    const host = new ProxyHost(WASM);
    const provider = { type: "openai", apiToken: "sk-test-0001", ...options };
    assert.equal(host.configure("ai-proxy", configuration(provider)), null);
    assert.match(logged(host), reason);
  });
}

test("options that ask for nothing of it are accepted", () => {
  const host = new ProxyHost(WASM);
  const off = {
    failover: { enabled: false, failureThreshold: 2 },
    reasoningContentMode: "passthrough",
    modelTable: "off",
  };
  const provider = { type: "openai", apiToken: "sk-test-0001", ...off, promoteThinkingOnEmpty: false };
  assert.ok(host.configure("ai-proxy", configuration(provider)));
  assert.doesNotMatch(logged(host), /failover|reasoning|modelTable|promote/);
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
    assert.deepEqual(
      [error.type, error.message],
      [type, `This gateway was built without ${protocol}: build ai-proxy with PROTOCOLS=chat,${path.split("/")[2]}.`],
    );
  });
}

test("without PROTOCOLS and FEATURES a build has chats, and what the chosen providers speak and need", () => {
  assert.deepEqual(flags({ providers: "qwen,openai" }), []);
  assert.deepEqual(flags({ providers: "gemini,claude" }), ["MESSAGES_PROVIDERS", "GEMINI_PROVIDERS"]);
  assert.deepEqual(flags({ providers: "moonshot" }), ["CONTEXT"]);
  assert.deepEqual(flags({ providers: "groq,spark" }), ["REASONING", "FAILURE_MEMBERS"]);
});

test("PROTOCOLS and FEATURES name what is added", () => {
  assert.deepEqual(flags({ providers: "qwen", protocols: "chat, dashscope" }), ["DASHSCOPE_PROVIDERS"]);
  assert.deepEqual(flags({ providers: "openai", protocols: "messages" }), ["MESSAGES_CLIENTS"]);
  assert.deepEqual(flags({ providers: "openai", features: "failover" }), ["FAILOVER", "PATTERNS"]);
  assert.equal(flags({ providers: "openai", features: "all" }).length, 4);
  assert.equal(flags({ protocols: "chat" }).filter((name) => name.endsWith("CLIENTS")).length, 0);
  assert.deepEqual(chosenSources({}), {});
});

test("the shipped table has the models of the chosen providers", () => {
  const table = chosenSources({ providers: "qwen" })["plugins/ai-proxy/models/shipped-models.ts"];
  assert.match(table, /"qwen-max"/);
  assert.doesNotMatch(table, /claude|gemini|gpt/);
});

test("the callback of HTTP calls is left out where nothing calls", () => {
  const module = new WebAssembly.Module(readFileSync(join(root, WASM)));
  const names = WebAssembly.Module.exports(module).map(({ name }) => name);
  assert.ok(names.includes("proxy_on_response_body") && !names.includes("proxy_on_http_call_response"));
});

test("an unknown name is an error that names all of them", () => {
  assert.throws(
    () => chosenSources({ providers: "qwen,opanai" }),
    /^Error: PROVIDERS names opanai; there is ai360, azure, .*zhipuai$/,
  );
  assert.throws(() => chosenSources({ providers: " , " }), /PROVIDERS names no provider/);
  assert.throws(
    () => chosenSources({ providers: "qwen", protocols: "chats" }),
    /^Error: PROTOCOLS names chats; there is chat, messages, /,
  );
  assert.throws(
    () => chosenSources({ features: "regex" }),
    /^Error: FEATURES names regex; there is context, failover, /,
  );
});

const logged = (host: ProxyHost): string => host.vm.logs.map(({ text }) => text).join("\n");

/** The flags that are set in a build. */
function flags(choice: Choice): string[] {
  const sources = chosenSources(choice);
  const texts = ["protocols", "features"].map((name) => sources[`plugins/ai-proxy/config/built-${name}.ts`]);
  return [...texts.join("").matchAll(/export const (\w+): bool = true;/g)].map(([, name]) => name);
}

function ask(path: string, configured = openai, answered = "{}", more: object = {}): Outcome {
  const host = new ProxyHost(WASM);
  const body = { model: "m", max_tokens: 9, input: "Hi", messages: [{ role: "user", content: "Hi" }], ...more };
  const request: ClientRequest = {
    ...{ method: "POST", path, authority: "gateway.example", headers: [["content-type", "application/json"]] },
    chunks: [Buffer.from(JSON.stringify(body))],
  };
  const type = answered.startsWith("data:") ? "text/event-stream" : "application/json";
  const headers: [string, string][] = [["content-type", type]];
  const answer = () => ({ status: 200, headers, chunks: [Buffer.from(answered)] });
  return runExchange(host, host.configure("ai-proxy", configured)!, request, { answer });
}
