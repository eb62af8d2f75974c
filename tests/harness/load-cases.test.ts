// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadCases, readCases } from "./load-cases.ts";
import { leakedSecrets, secretsOf } from "./log-lines.ts";
import { toClientRequest } from "./wire.ts";

const minimal = "description: x\nexchanges: [{ name: a, request: {} }]\n";

test("every case file of the repository is well formed", () => {
  const names = loadCases().map(({ plugin, name }) => `${plugin}/${name}`);
  assert.equal(new Set(names).size, names.length, "two cases have one name");
});

const broken: [text: string, reason: RegExp][] = [
  ["exchanges: [{ name: a, request: {} }]", /'description'/],
  ["description: x", /oneOf/],
  [`${minimal}expct: 1`, /\(expct\)/],
  ["description: x\nexchanges: [{ name: a, request: { pth: / } }]", /\/exchanges\/0\/request .*\(pth\)/],
  ["description: x\nexchanges: [{ name: a, request: {}, expect: { bdy: x } }]", /\(bdy\)/],
  ["description: x\nexchanges: [{ name: a, request: {}, expectUpstream: true }]", /expectUpstream/],
  [`${minimal}configError: [x]`, /oneOf/],
  [`${minimal}upstream: { http2: maybe }`, /\/upstream\/http2/],
];

for (const [text, reason] of broken) {
  test(`a case is refused: ${reason.source}`, () => {
    assert.throws(
      () => readCases(text, "plugin", "name"),
      (error: Error) => {
        assert.match(error.message, /^tests\/cases\/plugin\/name\.yaml: /);
        assert.match(error.message, reason);
        return true;
      },
    );
  });
}

test("variants and protocols spread a case out", () => {
  const text = `${minimal}
config: { a: 1 }
variants: [{ name: one }, { name: two, configText: "{" }]
upstream: { http2: both }`;
  const cases = readCases(text, "plugin", "name");
  assert.deepEqual(
    cases.map(({ name, configuration, upstreamHttp2 }) => [name, configuration, upstreamHttp2]),
    [
      ["name, one, upstream over HTTP/1.1", '{"a":1}', false],
      ["name, one, upstream over HTTP/2", '{"a":1}', true],
      ["name, two, upstream over HTTP/1.1", "{", false],
      ["name, two, upstream over HTTP/2", "{", true],
    ],
  );
});

test("a body is cut into the pieces that a case asks for", () => {
  const sizes = (request: object) => toClientRequest(request).chunks.map((chunk) => chunk.length);
  assert.deepEqual(sizes({ body: "12345", chunks: [1, 3] }), [1, 3, 1]);
  assert.deepEqual(sizes({ body: "123", everyByte: true }), [1, 1, 1]);
  assert.deepEqual(sizes({ body: "12345" }), [5]);
  assert.deepEqual(sizes({}), []);
});

test("secrets are found wherever they are configured or sent", () => {
  const text = `description: x
config: { provider: { apiTokens: [sk-configured], type: openai }, _rules_: [{ consumers: [{ credential: consumer-key, name: someone }], keys: [apikey] }] }
routes: [{ name: a, metadata: { apiToken: sk-on-route } }]
exchanges: [{ name: a, request: { headers: { authorization: Bearer client-key, x-other: harmless } } }]`;
  const secrets = secretsOf(readCases(text, "plugin", "name")[0]);
  assert.deepEqual(secrets.sort(), ["client-key", "consumer-key", "sk-configured", "sk-on-route"]);
  assert.equal(leakedSecrets(secrets, ["all is well", "key is sk-on-route"]).length, 1);
});
