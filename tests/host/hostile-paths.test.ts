// SPDX-License-Identifier: Apache-2.0
// Paths and forms made to cost much, or to be one API for the guard and another one for the provider.
import assert from "node:assert/strict";
import { before, describe, it, test } from "node:test";
import { countSteps } from "../fuzz/counted.ts";
import type { HeaderPair } from "../providers/types.ts";
import { Random, seed } from "../unit/random.ts";
import type { RootContext } from "./contexts.ts";
import { runExchange, type Outcome } from "./exchange.ts";
import { ProxyHost } from "./proxy-host.ts";

const ROUNDS = 5_000;
/** Envoy's limit for all headers of a request is 60 KiB. */
const SMALL = 8_000;
const LARGE = 4 * SMALL;
const MOST_STEPS_PER_BYTE = 150;
/** Above this an exchange is cut off. */
const LIMIT = 500_000_000;

const guard = { keys: ["apikey"], consumers: [{ name: "bound", credential: "key", models: ["good"] }] };
const proxy = {
  provider: {
    type: "azure",
    apiToken: "sk-test-azure",
    azureServiceUrl: "https://r.openai.azure.com?api-version=2025-03-01-preview",
    modelMapping: { good: "better" },
  },
};
const answer = { status: 200, headers: [], chunks: [] };

/** One plugin with one configuration, and a provider that is content with everything. */
class Side {
  readonly host: ProxyHost;
  private readonly context: RootContext;

  constructor(wasm: string, plugin: string, config: object) {
    this.host = new ProxyHost(wasm, { logLevel: "warn" });
    const context = this.host.configure(plugin, JSON.stringify(config));
    assert.ok(context);
    this.context = context;
  }

  run(path: string, type: string, chunks: Buffer[]): Outcome {
    const headers: HeaderPair[] = [
      ["apikey", "key"],
      ["content-type", type],
    ];
    const request = { method: "POST", path, authority: "gateway.example", headers, chunks };
    return runExchange(this.host, this.context, request, { answer: () => answer }, { bufferLimitBytes: 1 << 24 });
  }

  /** The steps that one request takes in a module that counts them. */
  steps(path: string, type: string, chunks: Buffer[]): number {
    this.host.vm.call(this.context, "test_limit", [LIMIT]);
    this.run(path, type, chunks);
    return this.host.vm.call(this.context, "test_steps", []);
  }
}

describe("a path is the same API for key-auth and for ai-proxy", () => {
  const segments = [
    ...["v1", "v1", "v1", "openai", "openai", "deployments", "deployments", "good", "chat", "completions", "audio"],
    ...["chat/completions", "chat/completions", "embeddings", "files", "..", ".", "%2e%2E", "", "a%2Fb", "V1", "api"],
    ...["responses", "x", "realtime", "\\", "models", "..."],
  ];
  it(`${ROUNDS} times (seed ${seed()})`, () => {
    const random = new Random(seed());
    const front = new Side("build/key-auth.wasm", "key-auth", guard);
    const back = new Side("build/ai-proxy.wasm", "ai-proxy", proxy);
    const body = [Buffer.from("{}")];
    const seen = { refused: 0, passed: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const count = 1 + random.below(6);
      const known = random.below(2) ? "/v1/chat/completions" : "/openai/deployments/good/embeddings";
      const path = Array.from({ length: count }, () => `/${random.pick(segments)}`).join("");
      const whole = `${path}${random.below(3) ? "" : known}${random.pick(["", "", "/", "//", "?", "?x", "/?/v1/files"])}`;
      const { response, received } = back.run(whole, "application/json", body);
      // What ai-proxy knows for an API that has to name a model is one for the guard as well.
      const wantsModel = !received && response.body.toString().includes("You must provide a model parameter.");
      const guarded = front.run(whole, "application/json", body);
      const what = JSON.stringify({ seed: seed(), round, whole, upstream: received?.path, guard: guarded.details });
      if (wantsModel) assert.equal(guarded.received, null, what);
      seen[wantsModel ? "refused" : "passed"]++;
      // No way leads out of the provider's base but for a path that is no API, which goes on as it is.
      if (received && !whole.startsWith(received.path)) {
        assert.match(received.path, /^\/openai\/(?!.*\/(\.|%2e){1,2}(\/|$|\?))/i, what);
      }
    }
    assert.ok(seen.refused > ROUNDS / 20 && seen.passed > ROUNDS / 20, JSON.stringify(seen));
  });
});

const paths: Record<string, (size: number) => string> = {
  versions: (size) => "/v1".repeat(size / 3) + "/chat/completions",
  "versions in front of known names": (size) => "/v1/chat".repeat(size / 8),
  deployments: (size) => "/openai/deployments/a".repeat(size / 21) + "/chat/completions",
  "deployments of a known API": (size) => "/openai/deployments/a/embeddings".repeat(size / 32),
  "a long id": (size) => `/v1/files/${"a".repeat(size)}/content`,
  "many ids": (size) => "/v1/fine_tuning/checkpoints/a/permissions/b".repeat(size / 43),
  "a long deployment": (size) => `/openai/deployments/${"%61".repeat(size / 3)}/chat/completions`,
  "empty segments": (size) => `/v1/files${"/".repeat(size)}`,
  "encoded slashes": (size) => `/v1/models/${"%2F".repeat(size / 3)}`,
  "dot segments": (size) => `/v1/models${"/%2e%2e".repeat(size / 7)}`,
  "queries without values": (size) => `/v1/realtime?${"model&".repeat(size / 6)}`,
  "models in the query": (size) => `/v1/realtime?${"x=1&".repeat(size / 4)}model=good`,
  "a long model in the query": (size) => `/v1/realtime?model=${"%67".repeat(size / 3)}`,
};

const HEAD = '--B\r\nContent-Disposition: form-data; name="model"\r\n\r\ngood\r\n';
const forms: Record<string, (size: number) => string> = {
  "almost boundaries": (size) => "--B\r\n\r\n" + "\r\n--".repeat(size / 4) + "\r\n" + HEAD + "--B--",
  "line ends": (size) => "--B\r\n\r\n" + "\r\n".repeat(size / 2) + HEAD + "--B--",
  "many parts": (size) =>
    "--B\r\nContent-Disposition: form-data; name=x\r\n\r\n\r\n".repeat(size / 52) + HEAD + "--B--",
  "padding behind boundaries": (size) => `--B${" ".repeat(60)}x\r\n`.repeat(size / 66) + HEAD + "--B--",
  "parts whose headers have many parameters": (size) =>
    `--B\r\nContent-Disposition: ${";".repeat(7000)}\r\n\r\n\r\n`.repeat(size / 7030) + HEAD + "--B--",
  "parts whose headers are folded": (size) =>
    `--B\r\nContent-Disposition: x;${"\r\n ".repeat(2000)}a=\r\n\r\n\r\n`.repeat(size / 6035) + HEAD + "--B--",
  "one file": (size) => HEAD + "--B\r\n\r\n" + "\0".repeat(size) + "\r\n--B--",
};

for (const [plugin, config] of Object.entries({ "key-auth": guard, "ai-proxy": proxy })) {
  describe(`${plugin}'s work grows no faster than what it reads`, () => {
    const copy = `build/test/${plugin}.paths.wasm`;
    before(() => void countSteps(`build/${plugin}.wasm`, copy));

    const steps = (path: string, type: string, chunks: Buffer[]): number =>
      new Side(copy, plugin, config).steps(path, type, chunks);
    const assertLinear = (measure: (size: number) => number): void => {
      const [small, large] = [measure(SMALL), measure(LARGE)];
      const what = `${small} steps at ${SMALL}, ${large} at ${LARGE}`;
      assert.ok(large < 5 * small + 50_000 && large < MOST_STEPS_PER_BYTE * LARGE, what);
    };
    for (const [what, path] of Object.entries(paths)) {
      test(`in a path of ${what}`, () =>
        assertLinear((size) => steps(path(size), "application/json", [Buffer.from('{"model":"good"}')])));
    }
    for (const [what, form] of Object.entries(forms)) {
      const type = "multipart/form-data; boundary=B";
      test(`in a form of ${what}`, () =>
        assertLinear((size) => steps("/v1/audio/transcriptions", type, [Buffer.from(form(size))])));
    }
    test("in a form that comes byte by byte", () => {
      const bytes = (size: number): Buffer[] => Array.from({ length: size }, (_, at) => Buffer.from([at % 250]));
      const type = "multipart/form-data; boundary=B";
      assertLinear((size) => steps("/v1/audio/transcriptions", type, bytes(size / 16)));
    });
    test("in a content type of many parameters", () =>
      assertLinear((size) => steps("/v1/audio/transcriptions", `multipart/form-data${"; a".repeat(size / 3)}`, [])));
  });
}
