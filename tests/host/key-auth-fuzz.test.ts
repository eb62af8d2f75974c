// SPDX-License-Identifier: Apache-2.0
// Whatever headers, queries and bodies a client sends, key-auth decides as these few lines do, and never traps.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HeaderPair } from "../providers/types.ts";
import { Random, seed } from "../unit/random.ts";
import { runExchange } from "./exchange.ts";
import { parametersOf } from "./form.ts";
import { ProxyHost } from "./proxy-host.ts";

const ROUNDS = 10_000;
const config = {
  keys: ["apikey", "authorization", "k+y"],
  strip_bearer: true,
  hide_credentials: true,
  consumers: [
    { name: "one", credential: "key one" },
    { name: "two", credentials: ["%zz", "key+two"] },
    { name: "bound", credential: "bound", models: ["m", "gpt-*"] },
  ],
};
const owners: Record<string, string> = { "key one": "one", "%zz": "two", "key+two": "two", bound: "bound" };
const reply = { answer: () => ({ status: 200, headers: [], chunks: [Buffer.from("answer")] }) };

const names = ["apikey", "authorization", "k+y", "x-mse-consumer", "x-other", "cookie"];
const values = [
  "",
  "key one",
  "Bearer key one",
  "bearer bound",
  "Bearer ",
  "%zz",
  "key+two",
  "bound",
  "none",
  "a=b&c",
  "ü",
];
const pieces = [
  "k%2By",
  "k+y",
  "apikey",
  "authorization",
  "=",
  "=",
  "&",
  "&",
  "?",
  "#",
  "%",
  "key%20one",
  "key+one",
  "%zz",
];
const more = ["%25zz", "key%2btwo", "bound", "%00", "%ff", "/", "x", ";"];
const bodies = [
  '{"model":"m"}',
  '{"model":"gpt-4"}',
  '{"model":"x"}',
  '{"model":"m","mo\\u0064el":"x"}',
  "{",
  "",
  "[1]",
];

/** A key as the plugin reads it: without the word that may stand before it. */
const plain = (key: string): string => key.replace(/^bearer +/i, "");

/** Who the request is by the documented rules: a consumer, or the details of the refusal. */
function decide(path: string, headers: HeaderPair[]): string {
  const all = [...headers, ...parametersOf(path)]
    .filter(([name]) => config.keys.includes(name))
    .map(([, value]) => value);
  const found = [...new Set(all.filter((value) => value !== "").map(plain))];
  if (found.length === 0) return "key-auth.no_key";
  if (found.length > 1) return "key-auth.multi_key";
  return owners[found[0]] ?? "key-auth.unauthorized";
}

describe("key-auth", () => {
  it(`decides as it should, ${ROUNDS} times`, () => {
    const random = new Random(seed());
    const host = new ProxyHost("build/key-auth.wasm", { logLevel: "warn" });
    const context = host.configure("key-auth", JSON.stringify(config));
    assert.ok(context);
    const seen = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round++) {
      const sent = Array.from({ length: random.below(3) }, (): HeaderPair => [random.pick(names), random.pick(values)]);
      // Envoy makes one value of several under this name.
      const headers = sent.filter(([name], at) => name !== "authorization" || at === 0 || sent[0][0] !== name);
      const length = random.below(4) * random.below(5);
      const path = `/v1/${random.pick(["models", "chat/completions", "x"])}${Array.from({ length }, () =>
        random.pick(random.below(3) ? pieces : more),
      ).join("")}`;
      const body = Buffer.from(random.below(2) ? random.pick(bodies) : "");
      const chunks = body.length ? [body.subarray(0, 1), body.subarray(1)].filter((chunk) => chunk.length) : [];
      const request = { method: "POST", path, authority: "gateway.example", headers, chunks };
      const { received, details, response } = runExchange(host, context, request, reply);
      const expected = decide(path, headers);
      const what = JSON.stringify({ seed: seed(), round, path, headers, body: body.toString(), details });
      seen.set(expected, (seen.get(expected) ?? 0) + 1);
      if (expected.startsWith("key-auth.")) {
        assert.equal(details, expected, what);
        assert.equal(received, null, what);
        continue;
      }
      if (!received) {
        assert.equal(expected, "bound", what);
        assert.match(details, /^key-auth\.(model_not_allowed|model_not_readable|duplicate_model)$/, what);
        assert.ok([400, 403].includes(response.status), what);
        continue;
      }
      const consumers = received.headers.filter(([name]) => name === "x-mse-consumer");
      assert.deepEqual(consumers, [["x-mse-consumer", expected]], what);
      assert.equal(decide(received.path, received.headers), "key-auth.no_key", `${what} became ${received.path}`);
    }
    for (const kind of ["one", "two", "bound", "key-auth.no_key", "key-auth.multi_key", "key-auth.unauthorized"]) {
      assert.ok((seen.get(kind) ?? 0) > 20, `${kind} came up ${seen.get(kind) ?? 0} times`);
    }
  });
});
