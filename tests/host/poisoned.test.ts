// SPDX-License-Identifier: Apache-2.0
// Every case file once more on a build in which freed memory is overwritten and every callback is followed by a full
// collection: a read of memory that is free already changes what goes over the wire.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { compile } from "../../tools/compile.ts";
import { findPlugins } from "../../tools/plugins.ts";
import * as gateway from "../harness/attempts.ts";
import { selectedCases } from "../harness/load-cases.ts";
import { positionsOf } from "../harness/positions.ts";
import { caseRedis } from "./case-redis.ts";
import { runExchange } from "./exchange.ts";
import { ProxyHost } from "./proxy-host.ts";
import { HostCase } from "./run-case.ts";

/** A piece is a callback with a collection, which takes most of the time. This size has no factor in common with what is sent. */
const PIECE_BYTES = 13;

const cases = selectedCases();
const plugins = findPlugins().filter(({ name }) => cases.some(({ plugin }) => plugin === name));

before(() => caseRedis.start(cases));
after(() => caseRedis.stop());

for (const { name, entry, poisoned } of plugins) {
  describe(`${name} with freed memory overwritten`, () => {
    before(() => compile({ entry, out: poisoned, target: "poisoned" }));

    for (const testCase of cases.filter(({ plugin }) => plugin === name)) {
      test(`${name}: ${testCase.name}`, () => {
        for (const position of positionsOf(name))
          assert.deepEqual(new HostCase(testCase, poisoned, position).run(), []);
        assert.deepEqual(new HostCase(testCase, poisoned).bytewiseStreams(PIECE_BYTES), []);
      });
    }
  });
}

describe("the poisoned build", () => {
  const bytesOf = async (target: "release" | "poisoned"): Promise<string[]> => {
    const out = `build/test/dangling-${target}.wasm`;
    await compile({ entry: "tests/host/poison/assembly/dangling.ts", out, target });
    const host = new ProxyHost(out);
    const context = host.configure("dangling");
    assert.ok(context);
    const stream = host.stream(context);
    stream.requestHeaders([[":path", "/"]], true);
    stream.responseHeaders([[":status", "200"]], true);
    return host.vm.logs.map(({ text }) => text);
  };

  test("overwrites a freed block at once, and an object without a reference after the callback", async () => {
    assert.deepEqual(await bytesOf("release"), ["61", "61", "61"]);
    assert.deepEqual(await bytesOf("poisoned"), ["ee", "61", "ee"]);
  });

  test("makes several attempts with what the first one kept of the client's headers", async (context) => {
    const plugin = plugins.find(({ name }) => name === "ai-proxy");
    if (!plugin) return context.skip("another plugin is tested");
    await compile({ entry: plugin.entry, out: plugin.poisoned, target: "poisoned" });
    // An Envoy before 1.37 gets the headers of errors at once.
    for (const envoy of [[1, 37] as const, [1, 36] as const]) {
      const host = new ProxyHost(plugin.poisoned, { envoy: [...envoy] });
      const root = host.configure("ai-proxy", gateway.configuration);
      assert.ok(root);
      const options = { position: "upstream" as const, routes: gateway.routes, clusters: gateway.hostClusters };
      const peers = { answer: gateway.answer };
      const outcome = runExchange(host, root, gateway.chatRequest(true, "/to-nobody"), peers, options);
      gateway.assertUntouched(outcome.attempts[1], "/to-nobody/v1/chat/completions?trace=1");
    }
  });
});
