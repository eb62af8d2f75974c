// SPDX-License-Identifier: Apache-2.0
// API keys that fail over in a set of `fallback`, in a real Envoy: the next key of the same target first, then the next target.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FallbackGateway } from "../harness/fallback-gateway.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { failed, hashOf, KEYS, KeyScript, served } from "../harness/keys.ts";
import type { ProviderReply } from "../providers/types.ts";

const LIMITED: [string, string][] = [["retry-after", "600"]];

/** A set of two targets: the first has several API keys. */
async function within(
  run: (chat: () => Promise<ClientResponse>, script: KeyScript, gateway: FallbackGateway) => Promise<void>,
) {
  const script = new KeyScript();
  const provider = (id: string): Record<string, object> => ({ "ai-proxy": { activeProviderId: id } });
  const gateway = await FallbackGateway.start({
    members: [
      {
        model: "deepseek-r1",
        configs: { fallback: { targets: [{ name: "qwq-32b", model: "qwq-32b" }] }, ...provider("first") },
        reply: script.answer,
      },
      { model: "qwq-32b", configs: provider("second"), reply: served },
    ],
    providers: [
      { id: "none", type: "openai", apiToken: "sk-test-none" },
      { id: "first", type: "openai", apiTokens: KEYS, failover: { enabled: true } },
      { id: "second", type: "openai", apiToken: "sk-test-spare" },
    ],
    concurrency: 2,
  });
  const chat = (): Promise<ClientResponse> => {
    const value = { model: "deepseek-r1", stream: true, messages: [{ role: "user", content: "hello" }] };
    const body = Buffer.from(JSON.stringify(value));
    return send(gateway.envoy.listenerPorts.gateway, {
      ...{ method: "POST", path: "/v1/chat/completions", authority: "gateway.example", chunks: [body] },
      headers: [
        ["content-type", "application/json"],
        ["content-length", String(body.length)],
      ],
    });
  };
  try {
    await run(chat, script, gateway);
  } finally {
    await gateway.close();
  }
}

const header = (response: ClientResponse, name: string): string | undefined =>
  response.headers.find(([key]) => key === name)?.[1];
const outOf = (key: string): string => `wasmcustom.[provider=first][key=${hashOf(key)}]ai_proxy_key_out`;

describe("API keys that fail over in a fallback set", () => {
  for (const [name, reply] of [
    ["a 429", failed(429, "x", LIMITED)],
    ["a 400 that says so", failed(400, "invalid_api_key", LIMITED)],
    ["a 401 without a body", { status: 401, headers: LIMITED, chunks: [] }],
  ] as [string, ProviderReply][])
    it(`${name}: the same target serves the request with the next key, streamed`, () =>
      within(async (chat, script, gateway) => {
        const [bad] = KEYS;
        script.set({ [bad]: reply });
        for (let i = 0; i < 12 && !script.sent.includes(bad); i++) {
          const response = await chat();
          assert.equal(response.status, 200, response.body.toString());
          assert.match(response.body.toString(), /"hi".*\[DONE\]\n\n$/s);
          assert.equal(header(response, "x-ai-provider"), "first");
          assert.equal(header(response, "x-ai-next-key"), undefined);
        }
        assert.equal(script.sent.filter((key) => key === bad).length, 1);
        assert.notEqual(script.sent.at(-1), bad);
        assert.equal(gateway.mocks["qwq-32b"].requests.length, 0);
        assert.equal((await gateway.envoy.stats("ai_proxy_key_out"))[outOf(bad)], 1);
      }));

  it("without a key that is left the next target serves it, and later requests go there at once", () =>
    within(async (chat, script, gateway) => {
      script.set(Object.fromEntries(KEYS.map((key) => [key, failed(429, "x", LIMITED)])));
      const response = await chat();
      assert.equal(response.status, 200, response.body.toString());
      assert.equal(header(response, "x-ai-provider"), "second");
      assert.equal(header(response, "x-higress-fallback-from"), "deepseek-r1");
      assert.deepEqual(script.taken().sort(), [...KEYS].sort());
      assert.equal((await chat()).status, 200);
      assert.deepEqual(script.taken(), [], "the target is in cooldown");
      assert.equal(gateway.mocks["qwq-32b"].requests.length, 2);
    }));
});
