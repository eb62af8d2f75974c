// SPDX-License-Identifier: Apache-2.0
// Requests made to cost the guards as much as they can: the work grows with their length, and no faster.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { countSteps } from "../fuzz/counted.ts";
import type { HeaderPair } from "../providers/types.ts";
import { ProxyHost } from "./proxy-host.ts";

const SMALL = 10_000;
const LARGE = 4 * SMALL;
/** Above this a request is cut off. */
const LIMIT = 2_000_000_000;

const words = Array.from({ length: 40 }, (_, n) => `word${n}`);
const consumers = Array.from({ length: 50 }, (_, n) => ({ name: `c${n}`, credential: `key${n}`, models: [`m${n}*`] }));
const configurations: Record<string, object> = {
  "key-auth": { keys: ["apikey", "k"], strip_bearer: true, hide_credentials: true, consumers },
  "request-block": {
    normalize_path: true,
    case_sensitive: false,
    block_urls: words,
    block_exact_urls: words.map((word) => `/${word}`),
    block_regexp_urls: ["(a|a)*b", "/(\\.|/)*(x+x+)+y"],
    block_headers: words,
    block_bodies: [...words, "aaaaaaaaab"],
  },
  "key-rate-limit": {
    limit_by_param: "k",
    limit_keys: [
      { key: "regexp:(a+)+$", query_per_day: 1 },
      { key: "*", concurrent: 1 },
    ],
  },
  "chatgpt-proxy": { apiKey: "sk-test-work", promptParam: "k" },
  "model-router": {
    enableOnPathSuffix: ["*"],
    addProviderHeader: "x-p",
    refuseDuplicateModels: true,
    autoRouting: {
      enable: true,
      defaultModel: "m",
      rules: [
        { pattern: "(x+x+)+y", model: "a" },
        { pattern: "(a|a)*b", model: "b" },
      ],
    },
  },
  fallback: { targets: [{ name: "other", model: "m" }] },
  "ai-cache": { share: "route" },
  "ai-history": {},
  "ai-data-masking": {
    deny_words: words,
    replace_roles: [
      { detector: "email" },
      { detector: "phone" },
      { detector: "credit_card" },
      { regex: "%{IP}", restore: true },
    ],
  },
  "model-mapper": {
    enableOnPathSuffix: ["*"],
    modelMapping: { "*": "m", ...Object.fromEntries(words.map((word) => [`${word}*`, word])) },
  },
};

/** Paths by their size. */
const paths: Record<string, (size: number) => string> = {
  "dot segments": (size) => "/x" + "/a/..".repeat(size / 5),
  "encoded dots": (size) => "/%2e%2e".repeat(size / 7),
  "path parameters": (size) => "/..;a".repeat(size / 5),
  "markers of models": (size) => "/models/m1".repeat(size / 10),
  "empty parameters": (size) => "/?" + "&".repeat(size),
  "many parameters": (size) => "/?" + "k=key1&".repeat(size / 7),
  "many models": (size) => "/v1/realtime?apikey=key1&" + "model=m1&".repeat(size / 9),
  "one long parameter": (size) => "/?k=" + "a".repeat(size) + "!",
  "percent signs": (size) => "/?k=" + "%61".repeat(size / 3),
  "broken percent signs": (size) => "/?k=" + "%6".repeat(size / 2),
  pluses: (size) => "/?" + "+".repeat(size) + "=",
  "question marks": (size) => "/" + "?".repeat(size),
};

/** Bodies by their size; all of them for a consumer with models. */
const bodies: Record<string, (size: number) => string> = {
  "almost a blocked word": (size) => "aaaaaaaaa".repeat(size / 9),
  "many words that begin so": (size) => "word wor wo ".repeat(size / 12),
  "many members": (size) => `{${'"mode":1,'.repeat(size / 9)}"model":"m1"}`,
  "a long model of escapes": (size) => `{"model":"${"\\u006d".repeat(size / 6)}"}`,
  "a long key of escapes": (size) => `{"${"\\u006d".repeat(size / 6)}":1,"model":"m1"}`,
  "many keys of escapes": (size) => `{${'"\\u006dode":1,'.repeat(size / 14)}"model":"m1"}`,
  "deep nesting": (size) => `{"a":${"[{".repeat(size / 2)}`,
  "a model at the end": (size) =>
    `{"messages":[${'{"role":"user","content":"a"},'.repeat(size / 31)}{}],"model":"m/1"}`,
  "many models that name none": (size) => `{${'"models":"m1",'.repeat(size / 14)}"model":"m1"}`,
  "what the user said": (size) =>
    `{"model":"higress/auto","messages":[{"role":"user","content":"${"x".repeat(size)}"}]}`,
  "many messages of the user": (size) =>
    `{"model":"higress/auto","messages":[${'{"role":"user","content":"xxa"},'.repeat(size / 31)}{}]}`,
  "opening brackets": (size) => "[".repeat(size),
  "white space": (size) => " ".repeat(size),
};

const copyOf = (plugin: string): string => `build/test/${plugin}.counted.wasm`;

/** The steps that one request takes, up to the provider or a refusal. */
function steps(plugin: string, path: string, pieces: string[]): number {
  const host = new ProxyHost(copyOf(plugin), { logLevel: "warn" });
  const context = host.configure(plugin, JSON.stringify(configurations[plugin]));
  assert.ok(context);
  const stream = host.stream(context, { bufferLimitBytes: 1 << 24 });
  if (plugin === "ai-history")
    stream.filterState.set("ai_consumer", { value: Buffer.from("ann"), readonly: false, span: 1 });
  const pseudo: HeaderPair[] = [
    [":method", "POST"],
    [":path", path],
    [":authority", "gateway.example"],
  ];
  host.vm.call(context, "test_limit", [LIMIT]);
  stream.requestHeaders(pieces.length ? [...pseudo, ["apikey", "key1"]] : pseudo, pieces.length === 0);
  for (const [index, piece] of pieces.entries()) {
    stream.requestBody(Buffer.from(piece), index === pieces.length - 1);
  }
  const count = host.vm.call(context, "test_steps", []);
  if (!stream.isOver) stream.clientReset();
  host.check();
  return count;
}

/** Four times the bytes cost four times as much, a fixed part aside. */
function assertLinear(measure: (size: number) => number): void {
  const [small, large] = [measure(SMALL), measure(LARGE)];
  assert.ok(large < 5 * small + 20_000 && large < 400 * LARGE, `${small} steps at ${SMALL}, ${large} at ${LARGE}`);
}

for (const plugin of Object.keys(configurations)) {
  describe(`the work of ${plugin} grows no faster than the request`, () => {
    before(() => void countSteps(`build/${plugin}.wasm`, copyOf(plugin)));
    for (const [what, path] of Object.entries(paths)) {
      test(`in a path of ${what}`, () => assertLinear((size) => steps(plugin, path(size), [])));
    }
    for (const [what, body] of Object.entries(bodies)) {
      test(`in a body of ${what}`, () => assertLinear((size) => steps(plugin, "/x", [body(size)])));
    }
  });
}

test("request-block looks at each piece of a body once, however many there are", () => {
  const piecesOf = (count: number): string[] => Array.from({ length: count }, () => "word wor a ".repeat(10));
  const [few, many] = [steps("request-block", "/x", piecesOf(50)), steps("request-block", "/x", piecesOf(500))];
  assert.ok(many < 12 * few, `${few} steps for 50 pieces, ${many} for 500`);
});
