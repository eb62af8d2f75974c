// SPDX-License-Identifier: Apache-2.0
// A provider's API key, planted wherever a provider can put it: no client ever reads it, whatever it asked and however it was answered.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { ClientRequest } from "../harness/http-client.ts";
import type { HeaderPair, ProviderReply } from "../providers/types.ts";
import { Random, seed } from "../unit/random.ts";
import { pieces } from "../fuzz/mutate.ts";
import { runExchange, type Outcome } from "./exchange.ts";
import { ProxyHost } from "./proxy-host.ts";

const KEY = "sk-plant/ed+key=0123";
const OTHER = "sk-plant/ed+other-key";
const keys = { apiTokens: [KEY, OTHER] };

const providers: Record<string, object> = {
  openai: { type: "openai", ...keys },
  "openai, failover": { type: "openai", failover: { enabled: true, failureThreshold: 1000 }, ...keys },
  "openai, original, failover": {
    ...{ type: "openai", protocol: "original", ...keys },
    failover: { enabled: true, failureThreshold: 1000 },
  },
  "openai, original": { type: "openai", protocol: "original", ...keys },
  "openai, own address": { type: "openai", openaiCustomUrl: "https://own.example/api/v3", ...keys },
  "openai, edited": { type: "openai", hiclawMode: true, responseModel: "requested", ...keys },
  "openai, unwatched": { type: "openai", disableStreamUsageStats: true, ...keys },
  azure: { type: "azure", azureServiceUrl: "https://r.example/openai/v1", ...keys },
  moonshot: { type: "moonshot", basePath: "/base", ...keys },
  "qwen, native": { type: "qwen", qwenEnableCompatible: false, ...keys },
  "qwen, native, edited": { type: "qwen", qwenEnableCompatible: false, hiclawMode: true, ...keys },
  generic: { type: "generic", genericHost: "g.example", ...keys },
};

/** What a client can ask; bodies of chats are read, the others are not. */
const paths: [method: string, path: string, body: string][] = [
  ["POST", "/v1/chat/completions", '{"model":"m","messages":[{"role":"user","content":"hi"}]}'],
  ["POST", "/v1/chat/completions", '{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}'],
  ["POST", "/v1/embeddings", '{"model":"m","input":"hi"}'],
  ["POST", "/v1/responses", '{"model":"m","input":"hi"}'],
  ["GET", "/v1/files/f/content", ""],
  ["GET", "/v1/unknown", ""],
  ["GET", "/base/v1/models", ""],
  ["DELETE", "/elsewhere?x=1", ""],
];

const unicode = (letter: string): string => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
/** The key as servers write it. */
const forms: Record<string, (key: string) => string> = {
  plain: (key) => key,
  "as PHP writes JSON": (key) => key.replaceAll("/", "\\/"),
  "as .NET writes JSON": (key) => key.replaceAll("+", "\\u002B"),
  "with each letter escaped": (key) => [...key].map(unicode).join(""),
  "in JSON inside JSON": (key) => key.replaceAll("/", "\\\\/").replaceAll("+", "\\\\u002b"),
  "in a URL": (key) => encodeURIComponent(key),
};

const bodies: Record<string, (key: string) => [type: string, body: string]> = {
  "OpenAI's error": (key) => ["application/json", `{"error":{"message":"bad ${key}","code":"invalid_api_key"}}`],
  "DashScope's error": (key) => ["application/json", `{"code":"InvalidApiKey","message":"bad ${key}"}`],
  "an answer": (key) => [
    "application/json",
    `{"id":"${key}","choices":[{"index":0,"message":{"role":"assistant","content":"${key}"}}],"usage":{"total_tokens":1}}`,
  ],
  "DashScope's answer": (key) => [
    "application/json",
    `{"output":{"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":"a ${key}"}}]},"request_id":"${key}"}`,
  ],
  "a stream": (key) => [
    "text/event-stream",
    `data: {"choices":[{"index":0,"delta":{"content":"${key}"}}]}\n\ndata: {"error":{"message":"${key}"}}\n\n: ${key}\n\ndata: [DONE]\n\n`,
  ],
  "DashScope's stream": (key) => [
    "text/event-stream",
    `data:{"output":{"choices":[{"message":{"content":"${key}"}}]}}\n\nevent:error\ndata:{"code":"InvalidApiKey","message":"bad ${key}"}\n\n`,
  ],
  "a page": (key) => ["text/html", `<p>${key}</p>`],
  "a text": (key) => ["text/plain", `bad ${key} ${key}`],
  bytes: (key) => ["application/octet-stream", `\u0000\u00ff${key}\u0001${key.slice(0, 9)}`],
};

const codings: Record<string, (body: Buffer) => Buffer> = { gzip: gzipSync, br: brotliCompressSync };
const STATUSES = [200, 200, 200, 201, 206, 302, 400, 401, 403, 404, 429, 500, 503];
const HEADERS = ["www-authenticate", "set-cookie", "location", "x-debug", "retry-after", "x-ai-model", "content-type"];

/** What a text says to somebody who reads JSON strings and URLs, however often they were written into each other. */
function read(text: string): string {
  return text
    .replaceAll(/\\+u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    .replaceAll(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    .replaceAll("\\", "");
}

function assertHidden({ response }: Outcome, what: string): void {
  const values = [...response.headers, ...(response.trailers ?? [])].map(([, value]) => value);
  for (const text of [...values, response.body.toString("latin1")]) {
    for (const key of [KEY, OTHER]) {
      assert.ok(!text.includes(key) && !read(text).includes(key), `${what}: the client reads ${JSON.stringify(text)}`);
    }
  }
}

function request([method, path, body]: (typeof paths)[number], http2: boolean): ClientRequest {
  const headers: HeaderPair[] = body ? [["content-type", "application/json"]] : [];
  return {
    method,
    path,
    authority: "gateway.example",
    headers,
    chunks: body ? [Buffer.from(body)] : [],
    http2,
  } as ClientRequest;
}

for (const [name, provider] of Object.entries(providers)) {
  describe(`a key that ${name} repeats reaches no client`, () => {
    const host = new ProxyHost("build/ai-proxy.wasm", { logLevel: "error" });
    const context = host.configure("ai-proxy", JSON.stringify({ provider }))!;
    const ask = (path: (typeof paths)[number], reply: ProviderReply, http2 = false): Outcome => {
      const options = { downstreamHttp2: http2, upstreamHttp2: http2 };
      return runExchange(host, context, request(path, http2), { answer: () => reply }, options);
    };

    test("in any body, in any form, cut at every offset", () => {
      for (const path of paths) {
        for (const [form, write] of Object.entries(forms)) {
          for (const [kind, bodyOf] of Object.entries(bodies)) {
            const [type, text] = bodyOf(write(KEY));
            const body = Buffer.from(text, "latin1");
            const status = kind.includes("error") ? 401 : 200;
            const reply = (chunks: Buffer[]): ProviderReply => ({ status, headers: [["content-type", type]], chunks });
            const what = `${path.join(" ")}: ${kind}, ${form}`;
            const whole = ask(path, reply([body]));
            assertHidden(whole, what);
            // One cut in ten for all, and each of them for one path of each kind.
            const step = form === "plain" && path[1] === "/v1/unknown" ? 1 : 10;
            for (let at = 1; at < body.length; at += step) {
              const cut = ask(path, reply([body.subarray(0, at), body.subarray(at)]));
              assert.deepEqual(cut.response.body, whole.response.body, `${what}, cut at ${at}`);
            }
          }
        }
      }
    });

    test("in whatever else a provider can answer, put together at random", (t) => {
      const random = new Random(seed());
      t.diagnostic(`SEED=${seed()}`);
      for (let count = 0; count < 1_500; count++) {
        const key = forms[random.pick(Object.keys(forms))](random.pick([KEY, OTHER]));
        const [type, text] = bodies[random.pick(Object.keys(bodies))](key);
        const status = random.pick(STATUSES);
        const headers: HeaderPair[] = [["content-type", type]];
        for (let more = random.below(4); more > 0; more--) headers.push([random.pick(HEADERS), `a ${key}, b ${key}`]);
        let body = Buffer.from(text, "latin1");
        // A success that is compressed against the gateway's wish passes unread.
        const coding = status >= 400 && random.below(4) === 0 ? random.pick(Object.keys(codings)) : "";
        if (coding) headers.push(["content-encoding", coding]);
        if (coding) body = Buffer.from(random.below(2) ? codings[coding](body) : body);
        const trailers: HeaderPair[] | undefined = random.below(4) === 0 ? [["x-took", key]] : undefined;
        const reply: ProviderReply = {
          status,
          headers,
          chunks: pieces(body, random),
          ...(trailers ? { trailers } : {}),
        };
        const path = random.pick(paths);
        assertHidden(
          ask(path, reply, !!trailers || random.below(2) > 0),
          `${path.join(" ")}: ${JSON.stringify(reply)}`,
        );
        host.check();
      }
    });
  });
}
