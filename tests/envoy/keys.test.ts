// SPDX-License-Identifier: Apache-2.0
// API keys that fail over, in a real Envoy with two workers: Envoy's retry policy sends the request again with the next key.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { parse } from "yaml";
import type { Bootstrap } from "../../tools/gateway/bootstrap.ts";
import { leadToLoopback } from "../../tools/gateway/config.ts";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { chatOf, configurationOf, failed, hashOf, KEYS, KeyScript, routes } from "../harness/keys.ts";
import { isBefore137 } from "../harness/oldest.ts";
import { serve, type RunningServer } from "../providers/server.ts";

const AT_ONCE = 40;
/** By default Envoy retries 3 requests of a cluster at once. */
const MANY_RETRIES = { thresholds: [{ max_retries: 1000 }] };
const gatewayRoutes = routes.map((route) => ({
  ...routeFor(route),
  response_headers_to_remove: ["x-ai-next-key"],
}));

describe("API keys that fail over, in Envoy", () => {
  const script = new KeyScript();
  let mock: RunningServer;

  before(async () => (mock = await serve(script.answer)));
  after(() => mock.close());

  /** An Envoy of its own: cooldowns live as long as the process. */
  async function within(options: object, run: (chat: Chat, envoy: EnvoyProcess) => Promise<void>): Promise<void> {
    const filter = wasmFilter({
      plugin: "ai-proxy",
      wasm: "build/ai-proxy.wasm",
      configuration: configurationOf(options),
    });
    const gateway = { name: "gateway", routes: gatewayRoutes, upstream: [filter] };
    const before = { name: "before", routes: gatewayRoutes, downstream: [filter] };
    const listeners = [listenerFor(gateway), listenerFor(before)];
    const bootstrap = bootstrapFor(listeners, [
      { ...clusterFor({ name: "upstream", port: mock.port }), circuit_breakers: MANY_RETRIES },
    ]);
    const envoy = await startEnvoy(bootstrap, { concurrency: 2 });
    script.set({});
    script.taken();
    try {
      await run((request = chatOf(), port = "gateway") => send(envoy.listenerPorts[port], request), envoy);
    } finally {
      await envoy.stop();
    }
  }
  type Chat = (request?: ReturnType<typeof chatOf>, port?: string) => Promise<ClientResponse>;

  const header = (response: ClientResponse, name: string): string | undefined =>
    response.headers.find(([key]) => key === name)?.[1];

  for (const stream of [false, true])
    it(`a request tries key after key, ${stream ? "streamed" : "whole"}, and its body and result are whole`, () =>
      within({ failover: { enabled: true } }, async (chat) => {
        await chat(chatOf({ consumer: "alice" }));
        const [first] = script.taken();
        const others = KEYS.filter((key) => key !== first);
        script.set({
          [first]: failed(429, "x", [["retry-after", "600"]]),
          // An earlier Envoy cannot repeat what the body of a 400 says.
          [others[0]]: isBefore137() ? failed(401) : failed(400, "invalid_api_key"),
        });
        script.bodies.length = 0;
        const response = await chat(chatOf({ consumer: "alice", stream }));
        assert.equal(response.status, 200, response.body.toString());
        assert.equal(header(response, "x-ai-next-key"), undefined);
        assert.equal(script.sent[0], first);
        assert.equal(script.sent.at(-1), others[1]);
        assert.equal(new Set(script.bodies).size, 1, "the same body each time");
        if (stream) assert.match(response.body.toString(), /"hi".*\[DONE\]\n\n$/s);
        for (const key of script.taken()) if (key === others[0]) return;
        assert.equal((await chat(chatOf({ consumer: "alice" }))).status, 200);
        assert.deepEqual(script.taken(), [others[1]]);
      }));

  it("all workers leave out a key that failed, also at once, and metrics name it by a hash", () =>
    within({ failover: { enabled: true } }, async (chat, envoy) => {
      const [bad] = KEYS;
      script.set({ [bad]: failed(401) });
      const responses = await Promise.all(Array.from({ length: AT_ONCE }, () => chat()));
      for (const { status, body } of responses) assert.equal(status, 200, body.toString());
      script.taken();
      for (let i = 0; i < AT_ONCE; i++) assert.equal((await chat()).status, 200);
      assert.ok(!script.taken().includes(bad));
      const stats = await envoy.stats("ai_proxy_key");
      assert.equal(stats[`wasmcustom.[provider=pool][key=${hashOf(bad)}]ai_proxy_key_out`], 1);
      for (const line of envoy.logs()) for (const key of KEYS) assert.ok(!line.includes(key), line);
    }));

  it("all keys out: 503 with the soonest retry-after, and no request to the provider", () =>
    within({ failover: { enabled: true } }, async (chat) => {
      const [one, two, three] = KEYS;
      script.set({
        [one]: failed(429, "x", [["retry-after", "900"]]),
        [two]: failed(402),
        [three]: { status: 429, headers: [["retry-after", "1000"]], chunks: [] },
      });
      const response = await chat();
      assert.equal(response.status, 503, response.body.toString());
      assert.deepEqual(script.taken().sort(), [...KEYS].sort());
      assert.equal(JSON.parse(response.body.toString()).error.code, "api_keys_unavailable");
      assert.ok(Number(header(response, "retry-after")) <= 75, header(response, "retry-after"));
      const next = await chat(chatOf({ stream: true }));
      assert.equal(next.status, 503);
      assert.deepEqual(script.taken(), []);
    }));

  it("one request brings a key back", () =>
    within({ failover: { enabled: true } }, async (chat, envoy) => {
      const [bad] = KEYS;
      script.set(Object.fromEntries(KEYS.map((key) => [key, failed(429, "x", [["retry-after", "1"]])])));
      assert.equal((await chat()).status, 503);
      script.set({});
      while ((await chat()).status !== 200);
      const restored = async (): Promise<boolean> => {
        await chat();
        return (
          (await envoy.stats("ai_proxy_key_out"))[`wasmcustom.[provider=pool][key=${hashOf(bad)}]ai_proxy_key_out`] ===
          0
        );
      };
      while (!(await restored()));
    }));

  it("a route without a retry policy passes the error of the key, and the next request has another one", () =>
    within({ failover: { enabled: true } }, async (chat) => {
      const [bad] = KEYS;
      script.set({ [bad]: failed(401) });
      const statuses = new Set<number>();
      for (let i = 0; i < AT_ONCE; i++) {
        const response = await chat(chatOf({ prefix: "/alone" }));
        assert.equal(header(response, "x-ai-next-key"), undefined);
        statuses.add(response.status);
      }
      assert.deepEqual([...statuses].sort(), [200, 401]);
      assert.equal(script.taken().filter((key) => key === bad).length, 1);
    }));

  it("before the router a key leaves the pool, and no header of ours reaches the client", () =>
    within({ failover: { enabled: true } }, async (chat) => {
      const [bad] = KEYS;
      script.set({ [bad]: failed(400, "insufficient_quota") });
      const responses: ClientResponse[] = [];
      for (let i = 0; i < AT_ONCE; i++) responses.push(await chat(chatOf(), "before"));
      assert.deepEqual(responses.filter(({ status }) => status === 400).length, 1);
      for (const response of responses) assert.equal(header(response, "x-ai-next-key"), undefined);
    }));

  it("healthCheckModel: a request of the plugin's own brings a key back, and no request of a client tries it", () => {
    const failover = { enabled: true, cooldownDuration: 100, healthCheckInterval: 100, healthCheckModel: "gpt-small" };
    return within({ failover }, async (chat) => {
      const [bad] = KEYS;
      const sent = (): boolean[] => {
        const isProbe = script.bodies.splice(0).map((body) => body.includes("gpt-small"));
        return script.taken().flatMap((key, i) => (key === bad ? [isProbe[i]] : []));
      };
      script.bodies.length = 0;
      script.set({ [bad]: failed(401) });
      const failedSends: boolean[] = [];
      while (failedSends.filter((isProbe) => isProbe).length < 2) {
        assert.equal((await chat()).status, 200);
        failedSends.push(...sent());
      }
      assert.deepEqual(new Set(failedSends.slice(1)), new Set([true]), "only the first was a client's");
      script.set({});
      while (!sent().includes(false)) assert.equal((await chat()).status, 200);
    });
  });

  it("envoy/keys.yaml: the second key serves what the first one failed, and no client sees the header", async () => {
    const bootstrap = parse(readFileSync(new URL("../../envoy/keys.yaml", import.meta.url), "utf8")) as Bootstrap;
    leadToLoopback(bootstrap.static_resources.clusters[0], mock.port);
    const envoy = await startEnvoy(bootstrap as unknown as Record<string, unknown>);
    try {
      script.set({ YOUR_FIRST_API_KEY: failed(429), YOUR_SECOND_API_KEY: failed(500) });
      script.taken();
      while (!script.sent.includes("YOUR_FIRST_API_KEY")) {
        const response = await send(envoy.listenerPorts.gateway, chatOf());
        assert.equal(response.status, 500);
        assert.equal(header(response, "x-ai-next-key"), undefined);
      }
      assert.equal(script.taken().at(-1), "YOUR_SECOND_API_KEY");
    } finally {
      await envoy.stop();
    }
  });
});
