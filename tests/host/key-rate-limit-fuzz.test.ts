// SPDX-License-Identifier: Apache-2.0
// Whatever stands where an address should, key-rate-limit counts what Node takes for one, by its value, and never traps.
import assert from "node:assert/strict";
import { isIP } from "node:net";
import { describe, it } from "node:test";
import { Random, seed } from "../unit/random.ts";
import { runExchange } from "./exchange.ts";
import { ProxyHost } from "./proxy-host.ts";

const ROUNDS = 20_000;
const config = {
  limit_by_per_ip: "from-header-x-ip",
  slots: 1 << 20,
  limit_keys: [{ key: "*", query_per_day: 1 }],
};
const reply = { answer: () => ({ status: 200, headers: [], chunks: [] }) };
const pieces = ["0", "1", "12", "255", "256", "01", "a", "fF0", "12345", "g", ".", ".", ".", ":", ":", "::", "::", ","];
const whole = ["1.2.3.4", "10.0.0.", "::ffff:1.2.3.", "1:2:3:4:5:6:7:", "2001:db8::", "1:2:3:4:5:6:", "[::1]", " "];

/** The address as one of IPv6 in its canonical form; `null` where the text is none. */
function canonical(text: string): string | null {
  let first = text.split(",")[0].trim();
  if (first.startsWith("[")) first = first.slice(1, Math.max(first.lastIndexOf("]"), 1));
  else if (/^[^:]*\.[^:]*:[^:]*$/.test(first)) first = first.slice(0, first.indexOf(":"));
  if (isIP(first) === 0) return null;
  return new URL(`http://[${isIP(first) === 4 ? `::ffff:${first}` : first}]`).hostname;
}

describe("key-rate-limit on the Node host", () => {
  it(`counts addresses as Node reads them (seed ${seed()})`, () => {
    const random = new Random(seed());
    const host = new ProxyHost("build/key-rate-limit.wasm", { logLevel: "warn" });
    const context = host.configure("key-rate-limit", JSON.stringify(config));
    assert.ok(context);
    const seen = new Set<string>();
    for (let round = 0; round < ROUNDS; round++) {
      let text = random.below(2) ? random.pick(whole) : "";
      for (let count = random.below(9); count > 0; count--) text += random.pick(pieces);
      const headers: [string, string][] = [["x-ip", text.trim()]];
      const request = { method: "GET", path: "/", authority: "a.example", headers, chunks: [] };
      const { response } = runExchange(host, context, request, reply);
      const address = canonical(text);
      const expected = address !== null && seen.has(address) ? 429 : 200;
      assert.equal(response.status, expected, `seed ${seed()}, round ${round}: ${JSON.stringify(text)}`);
      if (address !== null) seen.add(address);
    }
    assert.ok(seen.size > 100, `only ${seen.size} addresses`);
  });
});
