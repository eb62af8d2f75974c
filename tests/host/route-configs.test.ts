// SPDX-License-Identifier: Apache-2.0
// Configurations on routes: however many there are, each is read once, and a request costs the same.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { countSteps } from "../fuzz/counted.ts";
import type { RootContext } from "./contexts.ts";
import { ProxyHost } from "./proxy-host.ts";
import type { HeaderPair } from "../providers/types.ts";

const COPY = "build/test/key-auth.routes.counted.wasm";
const LIMIT = 1_000_000_000;
/** So many are kept, and so many in a VM with more pages of memory than the limit. */
const KEPT = 16_384;
const KEPT_IN_LARGE_VM = 4096;
const LARGE_VM = 2048;
const instance = { consumers: [{ name: "one", credential: "key-of-one" }], keys: ["apikey"], global_auth: false };
const textOf = (number: number): string => `{"allow":["one","team-${String(number).padStart(6, "0")}"]}`;
const brokenOf = (number: number): string => `{"allow":["one"],"alow":${number}}`;

const pseudo: HeaderPair[] = [
  [":method", "GET"],
  [":path", "/"],
  [":authority", "gateway.example"],
];

function open(): [ProxyHost, RootContext] {
  const host = new ProxyHost(COPY, { logLevel: "warn" });
  const context = host.configure("key-auth", JSON.stringify(instance));
  assert.ok(context);
  return [host, context];
}

/** The steps of one request of a route with that configuration, and the status of a refusal. */
function ask(host: ProxyHost, context: RootContext, config: string, key = "key-of-one"): [number, string | undefined] {
  const metadata = { "key-auth": { config } };
  const routes = [{ name: "r", match: { prefix: "/" }, cluster: "upstream", metadata }];
  const stream = host.stream(context, { routes });
  host.vm.call(context, "test_limit", [LIMIT]);
  stream.requestHeaders([...pseudo, ["apikey", key]], true);
  const steps = host.vm.call(context, "test_steps", []);
  const status = stream.client.headers?.get(":status") ?? undefined;
  if (!stream.isOver) stream.clientReset();
  return [steps, status];
}

/** The most steps of a request while so many routes are asked in turn, after each was asked once. */
function dearest(count: number): number {
  const [host, context] = open();
  for (let number = 0; number < count; number++) ask(host, context, textOf(number));
  let most = 0;
  for (let number = 0; number < count; number += 1 + (count >> 9))
    most = Math.max(most, ask(host, context, textOf(number))[0]);
  host.check();
  return most;
}

describe("configurations on routes", () => {
  before(() => void countSteps("build/key-auth.wasm", COPY));

  it(`cost a request no more where ${KEPT} of them differ than where two do`, () => {
    const [two, many] = [dearest(2), dearest(KEPT)];
    assert.ok(many < two + 200, `${two} steps with two, ${many} with ${KEPT}`);
  });

  it("cost a request less where it is the last one's again", () => {
    const [host, context] = open();
    ask(host, context, textOf(1));
    const [again] = ask(host, context, textOf(1));
    assert.ok(again <= dearest(2));
  });

  it("work when they were dropped and come again", () => {
    const [host, context] = open();
    const refused = `{"allow":["nobody"]}`;
    const [first] = ask(host, context, textOf(0));
    for (let number = 1; number <= 2 * KEPT; number++) ask(host, context, textOf(number));
    assert.equal(ask(host, context, refused)[1], "403");
    const [again, status] = ask(host, context, textOf(0));
    assert.equal(status, undefined);
    assert.ok(again > first / 2, `${again} steps of ${first}: it was kept`);
    assert.equal(ask(host, context, refused)[1], "403");
  });

  it("are fewer in a VM whose memory is large", () => {
    const dearestAgain = (pages: number): number => {
      const [host, context] = open();
      host.vm.memory.grow(pages);
      for (let number = 0; number <= 2 * KEPT_IN_LARGE_VM; number++) ask(host, context, textOf(number));
      return ask(host, context, textOf(0))[0];
    };
    const [kept, dropped] = [dearestAgain(1), dearestAgain(LARGE_VM)];
    assert.ok(kept < dropped / 2, `${kept} steps with it, ${dropped} without`);
  });

  it("keep two whose texts are more than a generation holds", () => {
    const [host, context] = open();
    const long = (name: string): string => JSON.stringify({ allow: ["one"], realm: name.repeat(5 << 20) });
    for (const name of ["a", "b", "a", "b"]) ask(host, context, long(name));
    assert.ok(ask(host, context, long("a"))[0] < 10_000_000, "it was read again");
  });

  it("are spoken of once where they are broken, also when they were dropped", () => {
    const [host, context] = open();
    host.vm.memory.grow(LARGE_VM);
    // More than are kept in two generations, and fewer than the log remembers.
    const count = 2 * KEPT_IN_LARGE_VM + 500;
    for (let round = 0; round < 2; round++) {
      for (let number = 0; number < count; number++) assert.equal(ask(host, context, brokenOf(number))[1], "500");
      if (round === 0) assert.ok(host.vm.logs.length >= count);
      if (round === 0) host.vm.logs.length = 0;
    }
    assert.deepEqual(host.vm.logs, []);
  });

  it("are refused beyond what the log remembers, too, and memory does not grow for ever", () => {
    const [host, context] = open();
    const round = (): void => {
      for (let number = 0; number < 17_000; number++) assert.equal(ask(host, context, brokenOf(number))[1], "500");
    };
    round();
    host.collectGarbage();
    const before = host.vm.heapUse()?.bytes ?? 0;
    host.vm.logs.length = 0;
    round();
    host.collectGarbage();
    const after = host.vm.heapUse()?.bytes ?? 0;
    assert.ok(before > 0 && after < before + 200_000, `${before} bytes, then ${after}`);
    assert.deepEqual(host.vm.logs, []);
  });
});
