// SPDX-License-Identifier: Apache-2.0
// `fallback` with ai-proxy beside it in a real Envoy: an error body that is slow, endless or large does not keep the next target waiting.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { needs137 } from "../harness/oldest.ts";
import type { HeaderPair, ProviderReply } from "../providers/types.ts";
import { busy, events, FallbackGateway, header, STREAM } from "./fallback-gateway.ts";

const JSON_TYPE: HeaderPair = ["content-type", "application/json"];
const PART = Buffer.from('{"error":{"message":"Slow do');
const LARGE = Buffer.concat([
  PART,
  Buffer.alloc(3 << 20, "w"),
  Buffer.from('wn.","type":"rate_limit_error","code":null}}'),
]);

describe("fallback and the error bodies of providers", () => {
  const gateway = new FallbackGateway();
  before(() => gateway.start());
  beforeEach(() => gateway.reset());
  after(() => gateway.stop());

  const bodies: Record<string, Partial<ProviderReply>> = {
    "does not end": { chunks: [PART], end: "hang" },
    "does not begin": { chunks: [], end: "hang" },
    "is larger than Envoy holds": { chunks: [LARGE] },
  };
  for (const status of [429, 500])
    for (const [name, reply] of Object.entries(bodies))
      it(`the next target serves after a ${status} whose body ${name}`, async () => {
        gateway.replies.first = { ...busy, status, ...reply };
        const response = await gateway.chat("deepseek-r1");
        assert.deepEqual([response.status, response.end], [200, "clean"], response.body.toString());
        assert.equal(response.body.toString(), STREAM.join(""));
      });

  for (const [name, reply] of Object.entries(bodies))
    it(`an API key whose 429 has a body that ${name} is followed by the next key, and then by the next target`, async () => {
      gateway.replies.first = { ...busy, headers: [JSON_TYPE, ["retry-after", "1"]], ...reply };
      await gateway.served("pooled");
      const keys = gateway.mocks.first.requests.map((request) => header(request, "authorization"));
      assert.deepEqual(keys.sort(), ["Bearer sk-test-one", "Bearer sk-test-two"]);
      await sleep(1100);
    });

  const held = needs137("fallback holds no stream in an earlier Envoy");
  it("first_event_timeout counts to the first event: headers and comments do not end it", held, async () => {
    gateway.replies.first = { ...events(": wait\n\n", ": wait\n\n"), end: "hang" };
    await gateway.served("patient");
  });
});
