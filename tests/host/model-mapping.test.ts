// SPDX-License-Identifier: Apache-2.0
// What the patterns of a `modelMapping` may cost: memory that is bounded and comes back, and work that is bounded by the name.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { countSteps } from "../fuzz/counted.ts";
import { runExchange } from "./exchange.ts";
import { findLeak } from "./leak-check.ts";
import { ProxyHost } from "./proxy-host.ts";

const COUNTED = "build/test/ai-proxy.counted.wasm";
const LONGEST = 256;
/** As many as fit into one mapping, of the largest kind; each takes all of a name but its end. */
const largest = Object.fromEntries(["w", "x", "y", "z"].map((letter) => [`~(?:a|aa){390}${letter}$`, "m"]));

const configuration = (modelMapping: object): string =>
  JSON.stringify({ provider: { type: "openai", apiToken: "sk-test-openai", modelMapping } });

describe("the patterns of a modelMapping", () => {
  before(() => void countSteps("build/ai-proxy.wasm", COUNTED));

  test("take bounded memory, all of which comes back with the configuration", () => {
    const host = new ProxyHost("build/ai-proxy.wasm");
    const run = (): void => {
      const context = host.configure("ai-proxy", configuration(largest));
      assert.ok(context, host.vm.logs.map(({ text }) => text).join());
      host.release(context);
    };
    assert.equal(findLeak(host, run), null);
    const refused = new ProxyHost("build/ai-proxy.wasm");
    const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`~${at}(.{99}){19}`, ""]));
    assert.equal(refused.configure("ai-proxy", configuration(many)), null);
    assert.ok(refused.vm.memory.byteLength < 4 << 20, `${refused.vm.memory.byteLength} bytes of memory`);
  });

  test("cost at most two steps for each character and instruction", () => {
    const host = new ProxyHost(COUNTED);
    const context = host.configure("ai-proxy", configuration(largest))!;
    assert.ok(context);
    const reply = { status: 200, headers: [], chunks: [] };
    const cost = (model: string): number => {
      const body = Buffer.from(JSON.stringify({ model, messages: [{ role: "user", content: "hi" }] }));
      const headers: [string, string][] = [["content-type", "application/json"]];
      const request = { method: "POST", path: "/v1/chat/completions", authority: "gateway.example", headers };
      const before = host.vm.call(context, "test_steps", []);
      const { received } = runExchange(host, context, { ...request, chunks: [body] }, { answer: () => reply });
      assert.equal(JSON.parse(received!.body.toString()).model, model);
      return host.vm.call(context, "test_steps", []) - before;
    };
    const [short, long, tooLong] = [cost("a"), cost("a".repeat(LONGEST)), cost("a".repeat(LONGEST + 1))];
    // Each `a|aa` is five instructions: the choice, three letters and the way on.
    const instructions = 4 * 5 * 390;
    assert.ok(long > 10 * short && long < 2 * LONGEST * instructions, `${long} steps, ${short} for a short name`);
    assert.ok(tooLong < 2 * short, `${tooLong} steps for a name that is too long, ${short} for a short one`);
  });
});
