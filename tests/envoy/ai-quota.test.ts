// SPDX-License-Identifier: Apache-2.0
// ai-quota behind key-auth, with a real Valkey: the admin's calls, and charges of clients that leave.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter, type EnvoyConfig } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { GuardedRedis } from "../harness/guarded-redis.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { withRedis } from "../harness/redis-bootstrap.ts";
import { Valkey } from "../harness/valkey.ts";
import { serve, type RunningServer } from "../providers/server.ts";

const CONSUMERS = [
  { name: "ann", credential: "key-of-ann" },
  { name: "root", credential: "key-of-root" },
];
const EVENT = 'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\n';
const LEAVERS = 50;

for (const way of ["redis-server", "redis-proxy"] as const)
  describe(`ai-quota behind key-auth, Redis by ${way}`, () => {
    let envoy: EnvoyProcess;
    let provider: RunningServer;
    let redis: GuardedRedis;

    before(async () => {
      redis = await GuardedRedis.start(way);
      provider = await serve(({ path }) => ({
        status: 200,
        headers: [["content-type", "text/event-stream"]],
        chunks: [Buffer.from(EVENT.slice(0, 40)), Buffer.from(EVENT.slice(40))],
        delayMs: path.includes("slow") ? 700 : 10,
        end: path.includes("hang") ? "hang" : "clean",
      }));
      const filter = (plugin: string, config: unknown) =>
        wasmFilter({
          plugin,
          wasm: `build/${plugin}.wasm`,
          configuration: JSON.stringify(config),
        });
      const listener = listenerFor({
        name: "gateway",
        routes: [routeFor({ name: "all", cluster: "upstream" })],
        downstream: [
          filter("key-auth", {
            consumers: CONSUMERS,
            keys: ["x-api-key"],
            in_header: true,
            global_auth: true,
          }),
          filter("ai-quota", {
            admin_consumer: "root",
            redis: redis.section,
          }),
        ],
      });
      const clusters = [clusterFor({ name: "upstream", port: provider.port })];
      envoy = await startEnvoy(withRedis(bootstrapFor([listener], clusters), redis.options), { concurrency: 2 });
    });
    after(async () => {
      await envoy?.stop();
      await provider?.close();
      await redis?.stop();
    });

    function call(key: string, method: string, path: string, body = "", leaves = false): Promise<ClientResponse> {
      const headers: [string, string][] = [
        ["x-api-key", key],
        ["x-mse-consumer", "root"],
        ["content-length", String(body.length)],
      ];
      const request = {
        method,
        path,
        authority: "gateway.example",
        headers,
        chunks: body ? [Buffer.from(body)] : [],
      };
      return send(
        envoy.listenerPorts.gateway,
        request,
        leaves ? { leaveWhen: (data) => data.length >= EVENT.length } : {},
      );
    }

    const QUOTA = "/v1/chat/completions/quota";
    const admin = async (method: string, path: string, body = ""): Promise<[number, string]> => {
      const response = await call("key-of-root", method, QUOTA + path, body);
      return [response.status, response.body.toString()];
    };
    const quota = async (): Promise<string> => (await admin("GET", "?consumer=ann"))[1];

    async function untilQuota(tokens: number): Promise<void> {
      const wanted = `{"consumer":"ann","quota":${tokens}}`;
      for (let attempt = 0; attempt < 200 && (await quota()) !== wanted; attempt++) await sleep(25);
      assert.equal(await quota(), wanted);
    }

    it("lets the admin read, set and change a quota", async () => {
      assert.deepEqual(await admin("GET", "?consumer=ann"), [200, '{"consumer":"ann","quota":0}']);
      assert.deepEqual(await admin("POST", "/refresh", "consumer=ann&quota=100"), [200, "refresh quota successful"]);
      assert.deepEqual(await admin("POST", "/delta", "value=-30&consumer=ann"), [200, "delta quota successful"]);
      assert.deepEqual(await admin("POST", "/delta", "consumer=ann&value=%2B5"), [200, "delta quota successful"]);
      assert.equal(await quota(), '{"consumer":"ann","quota":75}');
      assert.deepEqual(await admin("GET", "?consumer=%22a%22"), [200, '{"consumer":"\\"a\\"","quota":0}']);
    });

    it("refuses what is no call of the admin", async () => {
      assert.equal((await call("key-of-ann", "GET", `${QUOTA}?consumer=ann`)).status, 403);
      assert.equal((await call("key-of-ann", "POST", `${QUOTA}/refresh`, "consumer=ann&quota=9")).status, 403);
      assert.equal((await admin("POST", "?consumer=ann"))[0], 405);
      assert.equal((await admin("GET", "/refresh?consumer=ann&quota=9"))[0], 405);
      assert.deepEqual(await admin("GET", ""), [403, "Request denied by ai quota check. consumer can't be empty."]);
      for (const form of [
        "",
        "consumer=ann",
        "consumer=ann&quota=x",
        "quota=5",
        "consumer=ann&quota=99999999999999999999",
      ])
        assert.deepEqual(await admin("POST", "/refresh", form), [
          403,
          "Request denied by ai quota check. consumer can't be empty and quota must be integer.",
        ]);
      assert.equal((await admin("POST", "/delta", "consumer=ann&value=1.5"))[0], 403);
      assert.equal(await quota(), '{"consumer":"ann","quota":75}');
    });

    it("charges a chat", async () => {
      assert.equal((await call("key-of-ann", "POST", "/v1/chat/completions", "{}")).status, 200);
      await untilQuota(68);
    });

    it(`charges each of ${LEAVERS} clients that leave`, async () => {
      await admin("POST", "/refresh", "consumer=ann&quota=1000");
      const chats = Array.from({ length: LEAVERS }, () =>
        call("key-of-ann", "POST", "/hang/v1/chat/completions", "{}", true),
      );
      await Promise.all(chats);
      await untilQuota(1000 - 7 * LEAVERS);
    });

    // redis_proxy replies to a command whether it has run or not: see redis-bridge's README.
    if (way === "redis-server")
      it("refuses chats while Redis is away, and charges those that end then when it is back", async () => {
        await admin("POST", "/refresh", "consumer=ann&quota=1000");
        const chats = Array.from({ length: 8 }, () => call("key-of-ann", "POST", "/slow/v1/chat/completions", "{}"));
        await sleep(300);
        await redis.valkey.kill();
        const refused = await call("key-of-ann", "POST", "/v1/chat/completions", "{}");
        assert.deepEqual([refused.status, refused.headers.find(([name]) => name === "retry-after")?.[1]], [503, "1"]);
        assert.deepEqual(
          (await Promise.all(chats)).map((chat) => chat.status),
          chats.map(() => 200),
        );
        // The new one is empty: what it shows are the charges alone.
        await redis.valkey.start();
        await untilQuota(-7 * chats.length);
      });
  });

describe("envoy/ai-quota.yaml", () => {
  it("charges what the README says", async () => {
    const valkey = await Valkey.start();
    const text = readFileSync(resolve(import.meta.dirname, "../../envoy/ai-quota.yaml"), "utf8");
    const envoy = await startEnvoy(
      parse(text.replaceAll("port_value: 6379", `port_value: ${valkey.port}`)) as EnvoyConfig,
    );
    const call = async (key: string, method: string, path: string, body: string): Promise<string> => {
      const headers: [string, string][] = [
        ["x-api-key", key],
        ["content-length", String(body.length)],
      ];
      const chunks = body ? [Buffer.from(body)] : [];
      const request = {
        method,
        path: `/v1/chat/completions${path}`,
        authority: "localhost",
        headers,
        chunks,
      };
      return (await send(envoy.listenerPorts.gateway, request)).body.toString();
    };
    try {
      assert.equal(
        await call("ADMIN_KEY", "POST", "/quota/refresh", "consumer=ann&quota=100"),
        "refresh quota successful",
      );
      assert.match(await call("KEY_OF_ANN", "POST", "", "{}"), /"total_tokens":12/);
      const wanted = '{"consumer":"ann","quota":88}';
      const query = (): Promise<string> => call("ADMIN_KEY", "GET", "/quota?consumer=ann", "");
      for (let attempt = 0; attempt < 100 && (await query()) !== wanted; attempt++) await sleep(25);
      assert.equal(await query(), wanted);
    } finally {
      await envoy.stop();
      await valkey.stop();
    }
  });
});
