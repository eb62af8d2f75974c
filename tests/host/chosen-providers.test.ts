// SPDX-License-Identifier: Apache-2.0
// A build of ai-proxy for chosen providers has these and no others.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { chosenProviders } from "../../tools/chosen-providers.ts";
import { compile } from "../../tools/compile.ts";
import { ProxyHost } from "./proxy-host.ts";

const WASM = "build/test/ai-proxy-chosen.wasm";
const configuration = (type: string): string => JSON.stringify({ provider: { type, apiToken: "sk-test-0001" } });

before(() =>
  compile({
    entry: "plugins/ai-proxy/index.ts",
    out: WASM,
    replaced: chosenProviders("together-ai, openai"),
    optimized: false,
  }),
);

test("the chosen providers are in the module", () => {
  const host = new ProxyHost(WASM);
  for (const type of ["openai", "together-ai"]) assert.ok(host.configure("ai-proxy", configuration(type)), type);
});

test("a configuration with another one is refused, and says which there are", () => {
  const host = new ProxyHost(WASM);
  assert.equal(host.configure("ai-proxy", configuration("azure")), null);
  const logged = host.vm.logs.map(({ text }) => text).join("\n");
  assert.match(logged, /\$\.provider\.type must be one of openai, together-ai/);
});

test("an unknown name is an error that names all of them", () => {
  assert.throws(
    () => chosenProviders("qwen,opanai"),
    /^Error: PROVIDERS names opanai; there is ai360, azure, .*zhipuai$/,
  );
  assert.throws(() => chosenProviders(" , "), /PROVIDERS names no provider/);
});
