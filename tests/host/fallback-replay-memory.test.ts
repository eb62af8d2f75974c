// SPDX-License-Identifier: Apache-2.0
// Many requests that `fallback` sends again, one after the other, and clients that leave meanwhile: the module does not grow.
import assert from "node:assert/strict";
import { it } from "node:test";
import type { HeaderPair } from "../providers/types.ts";
import { ProxyHost } from "./proxy-host.ts";

const ROUNDS = 1000;
const config = {
  targets: [{ name: "second", model: "qwq-32b" }, { name: "third" }],
  replay: { cluster: "gateway" },
  cooldown: "0s",
};
const headers: HeaderPair[] = [
  [":method", "POST"],
  [":path", "/v1/chat/completions"],
  [":authority", "gateway.example"],
  ["content-type", "application/json"],
];

it("1,000 requests that are sent again leave no memory behind", () => {
  const host = new ProxyHost("build/fallback.wasm", { clusters: ["gateway"], logLevel: "error" });
  const context = host.configure("fallback", JSON.stringify(config));
  assert.ok(context, "the configuration is accepted");
  const body = Buffer.from(`{"model":"r1","messages":[],"note":"${"x".repeat(20_000)}"}`);
  const reply = (status: number) => ({
    ...{ status, body: "x".repeat(20_000) },
    headers: [["x-higress-fallback-from", "default"]] as HeaderPair[],
  });
  const rounds = (): number => {
    for (let round = 0; round < ROUNDS; round++) {
      const stream = host.stream(context);
      stream.requestHeaders(headers, false);
      stream.requestBody(body, true);
      stream.responseHeaders([[":status", "429"]], true);
      host.answer(host.callouts[0], reply(503));
      if (round % 3 === 0) stream.clientReset();
      host.answer(host.callouts[0], reply(200));
      assert.ok(stream.isOver);
    }
    host.check();
    host.collectGarbage();
    return host.vm.heapUse()!.bytes;
  };
  const before = rounds();
  assert.equal(rounds(), before);
});
