// SPDX-License-Identifier: Apache-2.0
// A response from the cache costs nothing: a limit of tokens behind ai-cache sees no request of it, and statistics see it in `onLog` alone.
import assert from "node:assert/strict";
import { it } from "node:test";
import type { HeaderPair } from "../providers/types.ts";
import { bodyOf, hello, isAsked, respond } from "./ai-cache-gateway.ts";
import { HttpStream } from "./http-stream.ts";
import { ProxyHost } from "./proxy-host.ts";
import { readStruct } from "./struct-fields.ts";
import { remaining } from "./token-gateway.ts";

const HEADERS: HeaderPair[] = [
  [":method", "POST"],
  [":path", "/v1/chat/completions"],
  [":authority", "gateway.example"],
  ["content-type", "application/json"],
  ["x-key", "a"],
];
const BUDGET = 100;
const LIMIT = {
  rule_name: "free",
  rule_items: [{ limit_by_per_header: "x-key", limit_keys: [{ key: "*", token_per_hour: BUDGET }] }],
};
const PRICES = { "*": { input: 1_000_000, output: 1_000_000 } };
const plugins: [string, object][] = [
  ["ai-cache", { cache: { type: "memory" }, share: "route" }],
  ["ai-token-ratelimit", LIMIT],
  ["ai-statistics", { prices: PRICES }],
];
const hosts = plugins.map(([name]) => new ProxyHost(`build/${name}.wasm`, { logLevel: "warn" }));
const downstream = plugins.map(([name, config], i) => ({
  vm: hosts[i].vm,
  root: hosts[i].configure(name, JSON.stringify(config))!,
}));

function ask(content: string, stream = false): HttpStream {
  const opened = new HttpStream({ downstream, upstream: [] });
  const body = Buffer.from(JSON.stringify({ model: "m", stream, messages: [{ role: "user", content }] }));
  opened.requestHeaders([...HEADERS, ["content-length", String(body.length)]], false);
  opened.requestBody(body, true);
  return opened;
}
const fieldsOf = (stream: HttpStream): Record<string, unknown> =>
  readStruct(stream.filterState.get("ai_fields")!.value);
/** The counters of tokens and of costs of ai-statistics, each of all its label sets together. */
const counted = (): number[] =>
  [/usage_input_tokens$/, /usage_output_tokens$/, /ai_statistics_cost_nano_total$/].map((name) =>
    [...hosts[2].vm.metrics.byName].reduce((sum, [key, { value }]) => (name.test(key) ? sum + Number(value) : sum), 0),
  );

for (const stream of [false, true])
  it(`a hit has no tokens and no cost, and is no request of the limit (${stream ? "streamed" : "whole"})`, () => {
    const question = `free ${stream} a`;
    const first = ask(question);
    assert.ok(isAsked(first));
    respond(first, hello);
    assert.deepEqual([fieldsOf(first).usage_source, fieldsOf(first).cost], ["provider", 3]);
    const before = counted();
    assert.ok(before.every((sum) => sum > 0));
    for (let n = 0; n < 5; n++) {
      const hit = ask(question, stream);
      assert.ok(!isAsked(hit) && bodyOf(hit).includes("hello"));
      const { usage_source, end_reason, error_type, input_tokens, output_tokens, cost } = fieldsOf(hit);
      assert.deepEqual([usage_source, end_reason, error_type], ["cache", "cached", undefined]);
      assert.deepEqual([input_tokens, output_tokens, cost], [0, 0, 0]);
    }
    assert.deepEqual(counted(), before);
    const next = ask(`free ${stream} b`);
    respond(next, hello);
    assert.equal(remaining(first) - remaining(next), 3);
    for (const host of hosts) host.check();
  });

it("a limit that is used up refuses what is not stored, and no hit", () => {
  respond(ask("much"), hello.replace('"completion_tokens":2', `"completion_tokens":${BUDGET}`));
  assert.equal(ask("more").client.headers?.get(":status"), "429");
  assert.ok(bodyOf(ask("free false a")).includes("hello"));
});
