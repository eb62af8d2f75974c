// SPDX-License-Identifier: Apache-2.0
// key-auth with as many consumers as anybody has.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RootContext } from "./contexts.ts";
import { runExchange } from "./exchange.ts";
import { ProxyHost } from "./proxy-host.ts";

const MANY = 100_000;
const credentialOf = (number: number): string => `sk-test-${String(number).padStart(32, "0")}`;
const consumerOf = (number: number): object => ({ name: `consumer-${number}`, credential: credentialOf(number) });
const reply = { answer: () => ({ status: 200, headers: [], chunks: [Buffer.from("answer")] }) };

/** What the provider sees of the consumer, or the status of the refusal. */
function identify(host: ProxyHost, context: RootContext, key: string): string | number | undefined {
  const headers: [string, string][] = [["x-api-key", key]];
  const request = { method: "GET", path: "/v1/models", authority: "gateway.example", headers, chunks: [] };
  const { received, response } = runExchange(host, context, request, reply);
  return received ? received.headers.find(([name]) => name === "x-mse-consumer")?.[1] : response.status;
}

describe("key-auth with 100,000 consumers", () => {
  const consumers = Array.from({ length: MANY }, (_, number) => consumerOf(number));

  it("tells each from all others", () => {
    const host = new ProxyHost("build/key-auth.wasm", { logLevel: "warn" });
    const rules = [{ _match_route_: ["default"], allow: ["consumer-7", "consumer-99999"] }];
    const everyone = host.configure("key-auth", JSON.stringify({ keys: ["x-api-key"], consumers }));
    const some = host.configure("key-auth", JSON.stringify({ keys: ["x-api-key"], consumers, _rules_: rules }));
    assert.ok(everyone && some);
    for (const number of [0, 7, 1187, 50_000, MANY - 1]) {
      assert.equal(identify(host, everyone, credentialOf(number)), `consumer-${number}`);
    }
    assert.equal(identify(host, everyone, credentialOf(MANY)), 401);
    assert.equal(identify(host, some, credentialOf(99_999)), "consumer-99999");
    assert.equal(identify(host, some, credentialOf(8)), 403);
    assert.deepEqual(host.vm.logs, []);
  });

  it("finds a key that stands twice", () => {
    const host = new ProxyHost("build/key-auth.wasm", { logLevel: "warn" });
    const twice = [...consumers, { name: "another", credential: credentialOf(4242) }];
    assert.equal(host.configure("key-auth", JSON.stringify({ keys: ["x-api-key"], consumers: twice })), null);
    assert.deepEqual(
      host.vm.logs.map(({ text }) => text),
      ["key-auth: $.consumers[100000].credential is that of consumers[4242] already: a key has one owner"],
    );
  });

  it("writes no line for each of as many mistakes", () => {
    const host = new ProxyHost("build/key-auth.wasm", { logLevel: "warn" });
    const nameless = consumers.map((_, number) => ({ credential: credentialOf(number) }));
    assert.equal(host.configure("key-auth", JSON.stringify({ keys: ["x-api-key"], consumers: nameless })), null);
    assert.equal(host.vm.logs.length, 100);
  });
});
