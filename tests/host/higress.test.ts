// SPDX-License-Identifier: Apache-2.0
// The Higress build on a Node host with the host calls of Higress's Envoy: the cases of every plugin that uses Redis, and what the other
// modules of that build do otherwise.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it, test } from "node:test";
import { compile } from "../../tools/compile.ts";
import { higressPlugins } from "../../tools/higress.ts";
import { HOST_FUNCTIONS, hostFunctionsText } from "../../tools/imports/document.ts";
import { HIGRESS, STOCK } from "../../tools/imports/stock.ts";
import { needsOf } from "../../tools/imports/tables.ts";
import { findPlugins } from "../../tools/plugins.ts";
import { usesRedis } from "../harness/case-redis.ts";
import { selectedCases } from "../harness/load-cases.ts";
import { caseRedis } from "./case-redis.ts";
import { hostImports } from "./imports/index.ts";
import { ProxyHost } from "./proxy-host.ts";
import { HostCase } from "./run-case.ts";
import type { Vm } from "./vm.ts";

const plugins = higressPlugins();
const moduleOf = (name: string): string => `build/higress/${name}.wasm`;
const built = (name: string): Promise<unknown> =>
  compile({ entry: `plugins/${name}/index.ts`, out: moduleOf(name), target: "higress", optimized: false });
const withRedis = new Set(
  selectedCases()
    .filter(usesRedis)
    .map(({ plugin }) => plugin),
);
const cases = selectedCases().filter(({ plugin }) => withRedis.has(plugin));

before(() => caseRedis.start(cases));
after(() => caseRedis.stop());

for (const name of withRedis)
  describe(`${name} of the Higress build`, () => {
    before(() => built(name));

    for (const testCase of cases.filter(({ plugin }) => plugin === name))
      test(`${name}: ${testCase.name}`, () => {
        const onHost = new HostCase(testCase, moduleOf(name));
        assert.deepEqual(onHost.run(), []);
        assert.deepEqual(onHost.bytewiseStreams(), []);
        assert.deepEqual(onHost.leaks(), []);
      });
  });

describe("the Higress build", () => {
  it("has the modules that differ", () => {
    const names = [
      ...["ai-cache", "ai-history", "ai-proxy", "ai-quota", "ai-token-ratelimit", "cluster-key-rate-limit"],
      "model-mapper",
    ];
    assert.deepEqual(
      plugins.map(({ name }) => name),
      names,
    );
  });

  for (const [name, configuration] of [
    ["ai-proxy", { provider: { type: "openai", apiTokens: ["sk-test"], firstByteTimeout: 1500 } }],
    ["model-mapper", { modelMapping: { "*": "qwen-max" } }],
  ] as const)
    describe(name, () => {
      before(() => built(name));

      for (const isHigress of [true, false])
        it(isHigress ? "keeps the route" : "leaves the route to stock Envoy", () => {
          const host = new ProxyHost(isHigress ? moduleOf(name) : `build/${name}.wasm`, { isHigress });
          const context = host.configure(name, JSON.stringify(configuration));
          assert.ok(context);
          const body = Buffer.from(
            JSON.stringify({ model: "gpt-4", stream: true, messages: [{ role: "user", content: "hi" }] }),
          );
          const stream = host.stream(context);
          stream.requestHeaders(
            [
              [":method", "POST"],
              [":path", "/v1/chat/completions"],
              [":authority", "gateway.example"],
              ["content-type", "application/json"],
              ["content-length", String(body.length)],
            ],
            false,
          );
          stream.requestBody(body, true);
          stream.attempt?.connect();
          assert.equal(stream.filterState.get("clear_route_cache")?.value.toString(), isHigress ? "off" : undefined);
          if (name !== "ai-proxy") return;
          const limits = ["x-envoy-upstream-rq-first-byte-timeout-ms", "x-envoy-upstream-rq-per-try-timeout-ms"];
          const values = limits.map((header) => stream.upstream.headers?.get(header));
          assert.deepEqual(values, isHigress ? ["1500", undefined] : [undefined, "1500"]);
        });
    });
});

describe("the host functions of the modules", () => {
  const WASI = new Set(["clock_time_get", "random_get"]);

  before(() => Promise.all(plugins.map(({ name }) => built(name))));

  it("are those that stock Envoy offers", () => {
    for (const { name, wasm } of findPlugins()) {
      const { abi, imports, callbacks } = needsOf(wasm);
      assert.equal(abi, "0.2.1", name);
      assert.deepEqual(
        imports.filter((one) => !STOCK.has(one) && !WASI.has(one)),
        [],
        name,
      );
      assert.deepEqual(callbacks, [], name);
    }
  });

  it("are in the Higress build those, and its Redis calls where the plugin uses Redis", () => {
    for (const { name, higress } of plugins) {
      const { abi, imports, callbacks } = needsOf(higress);
      assert.equal(abi, "0.2.1", name);
      const further = imports.filter((one) => !STOCK.has(one) && !WASI.has(one));
      const usesRedis = withRedis.has(name);
      assert.deepEqual(further, usesRedis ? [...HIGRESS] : [], name);
      assert.deepEqual(callbacks, usesRedis ? ["proxy_on_redis_call_response"] : [], name);
      assert.ok(!imports.some((one) => one.startsWith("proxy_grpc_")), name);
    }
  });

  it("do not let a module of the Higress build load on stock Envoy's host", () => {
    assert.throws(() => new ProxyHost(moduleOf("ai-quota")), /proxy_redis_(init|call)/);
  });

  it("are the same on the Node host", () => {
    const offered = (isHigress: boolean): string[] => {
      const { env } = hostImports({ environment: { isHigress } } as unknown as Vm);
      return Object.keys(env).sort();
    };
    assert.deepEqual(offered(false), [...STOCK].sort());
    assert.deepEqual(offered(true), [...STOCK, ...HIGRESS].sort());
  });

  it(`are in ${HOST_FUNCTIONS} as the binaries say`, () => {
    const text = readFileSync(new URL(`../../${HOST_FUNCTIONS}`, import.meta.url), "utf8");
    assert.equal(text, hostFunctionsText(), 'run "make imports"');
  });
});
