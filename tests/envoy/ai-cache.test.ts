// SPDX-License-Identifier: Apache-2.0
// ai-cache in real Envoys that share a Valkey: equal requests at the same time, clients that leave, what a hit costs, and a store that hangs or
// goes away.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { accessLog } from "../harness/access-log.ts";
import { bootstrapFor, clusterFor, listenerFor, routeFor, type EnvoyConfig } from "../harness/bootstrap.ts";
import { pluginFilter } from "../harness/chain-filters.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { withRedis } from "../harness/redis-bootstrap.ts";
import { Valkey } from "../harness/valkey.ts";
import { serve, type RunningServer } from "../providers/server.ts";

const event = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const CHATS = "/v1/chat/completions";
const LINE = {
  path: "%REQ(:PATH)%",
  details: "%RESPONSE_CODE_DETAILS%",
  ai: "%TYPED_CEL(filter_state['wasm.ai_fields'])%",
};
const REDIRECT = { internal_redirect_policy: { redirect_response_codes: [307], max_internal_redirects: 1 } };
const STREAM = [
  event({ role: "assistant", content: "Hello " }),
  event({ content: "world" }),
  event({}, "stop"),
  'data: {"id":"c","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}\n\n',
  "data: [DONE]\n\n",
];
const QUOTA = 20;

describe("ai-cache in two Envoys with one Valkey", () => {
  let envoys: EnvoyProcess[] = [];
  let provider: RunningServer;
  let valkey: Valkey;
  let calls = 0;

  before(async () => {
    valkey = await Valkey.start();
    provider = await serve(async ({ path }) => {
      calls++;
      if (path.includes("redirect")) {
        await sleep(400);
        return { status: 307, headers: [["location", `http://gateway.example${CHATS}?slow`]], chunks: [] };
      }
      return {
        status: 200,
        headers: [["content-type", "text/event-stream"]],
        chunks: STREAM.map((text) => Buffer.from(text)),
        delayMs: path.includes("slow") ? 400 : 20,
      };
    });
    const listener = (name: string, downstream: EnvoyConfig[]): EnvoyConfig =>
      listenerFor({
        name,
        routes: [routeFor({ name: "all", cluster: "upstream", action: REDIRECT })],
        downstream,
        accessLog: { path: "/dev/stdout", fields: LINE },
      });
    const cached = (version: string, cache: object): EnvoyConfig =>
      pluginFilter("ai-cache", { cache, share: "route", version });
    const redis = { type: "redis", serviceName: "redis.static", timeout: 500 };
    const quota = { admin_consumer: "root", redis_key_prefix: "quota:", redis: { service_name: "redis.static" } };
    await valkey.run("SET", "quota:ann", String(QUOTA));
    const listeners = [
      listener("memory", [cached("memory", { type: "memory" })]),
      listener("redis", [cached("redis", redis)]),
      listener("charged", [
        pluginFilter("ai-quota", quota),
        cached("charged", { type: "memory" }),
        pluginFilter("ai-statistics", { prices: { "*": { input: 1, output: 1 } } }),
      ]),
    ];
    const gateway = withRedis(bootstrapFor(listeners, [clusterFor({ name: "upstream", port: provider.port })]), {
      port: valkey.port,
    });
    const start = () => startEnvoy(gateway, { concurrency: 1 });
    envoys = await Promise.all([start(), start()]);
  });
  after(async () => {
    await Promise.all(envoys.map((envoy) => envoy.stop()));
    await provider?.close();
    await valkey?.stop();
  });

  function ask(
    listener: string,
    content: string,
    options: { stream?: boolean; query?: "slow" | "redirect" | "charged"; leaves?: boolean; envoy?: number } = {},
  ): Promise<ClientResponse> {
    const { stream = true, query, leaves = false, envoy = 0 } = options;
    const body = Buffer.from(JSON.stringify({ model: "m", stream, messages: [{ role: "user", content }] }));
    const request = {
      method: "POST",
      path: query ? `${CHATS}?${query}` : CHATS,
      authority: "gateway.example",
      headers: [
        ["content-type", "application/json"],
        ["content-length", String(body.length)],
        ["x-mse-consumer", "ann"],
      ] as [string, string][],
      chunks: [body],
    };
    const port = envoys[envoy].listenerPorts[listener];
    return send(port, request, leaves ? { leaveWhen: (data: Buffer) => data.length > 0 } : {});
  }
  const statusOf = (response: ClientResponse): string | undefined =>
    response.headers.find(([name]) => name === "x-ai-cache")?.[1];

  for (const listener of ["memory", "redis"])
    it(`answers 100 equal requests with one call (${listener})`, async () => {
      calls = 0;
      const responses = await Promise.all(
        Array.from({ length: 100 }, (_, n) => ask(listener, "at once", { stream: n % 2 === 0, query: "slow" })),
      );
      assert.equal(calls, 1);
      assert.ok(responses.every(({ status }) => status === 200));
      const texts = new Set(
        responses.map(({ body }) => (body.toString().includes("Hello world") ? "whole" : "pieces")),
      );
      assert.deepEqual([...texts].sort(), ["pieces", "whole"]);
      assert.equal(responses.filter((response) => statusOf(response) === "hit").length, 99);
    });

  it("answers requests that wait for one that is redirected with its response", async () => {
    calls = 0;
    const responses = await Promise.all(
      Array.from({ length: 20 }, () => ask("memory", "again", { query: "redirect" })),
    );
    assert.equal(calls, 2);
    assert.ok(responses.every(({ status, body }) => status === 200 && body.includes("world")));
    assert.equal(responses.filter((response) => statusOf(response) === "hit").length, 19);
  });

  it("lets the next request make the call when the client of the first one leaves", async () => {
    calls = 0;
    const leaver = ask("memory", "leaves", { query: "slow", leaves: true });
    await sleep(50);
    const others = Promise.all([1, 2, 3].map(() => ask("memory", "leaves", { query: "slow", stream: false })));
    await leaver.catch(() => undefined);
    const responses = await others;
    assert.ok(responses.every(({ status, body }) => status === 200 && body.includes("world")));
    assert.equal(calls, 2);
  });

  it("gives what one Envoy has stored to the other one", async () => {
    calls = 0;
    assert.equal(statusOf(await ask("redis", "shared")), "miss");
    // The store has it when its reply is there, which nobody waits for.
    let response = await ask("redis", "shared", { envoy: 1, stream: false });
    for (let n = 0; n < 50 && statusOf(response) !== "hit"; n++)
      response = await ask("redis", "shared", { envoy: 1, stream: false });
    assert.equal(statusOf(response), "hit");
    const message = (JSON.parse(response.body.toString()) as { choices: { message: object }[] }).choices[0].message;
    assert.deepEqual(message, { role: "assistant", content: "Hello world" });
  });

  it("charges nothing for a hit: neither a quota before it nor the statistics behind it", async () => {
    const responses: ClientResponse[] = [];
    for (const stream of [true, true, false])
      responses.push(await ask("charged", "free", { stream, query: "charged" }));
    assert.deepEqual(responses.map(statusOf), ["miss", "hit", "hit"]);
    const lines = await accessLog(envoys[0], `${CHATS}?charged`, 3);
    assert.deepEqual(
      lines
        .map((line) => line.ai as Record<string, unknown>)
        .map((ai) => [ai.usage_source, ai.end_reason, ai.output_tokens, Number(ai.cost) > 0]),
      [["provider", "finished", 4, true], ...[1, 2].map(() => ["cache", "cached", 0, false])],
    );
    // Its quota is read behind what was charged for the others.
    await ask("charged", "free", { query: "charged" });
    assert.equal(await valkey.run("GET", "quota:ann"), String(QUOTA - 7));
  });

  it("asks the provider while the store hangs, and finds again what is stored when it goes on", async () => {
    calls = 0;
    valkey.freeze();
    const responses = await Promise.all(Array.from({ length: 30 }, (_, n) => ask("redis", `hangs ${n}`)));
    valkey.thaw();
    assert.ok(responses.every((response) => response.status === 200 && statusOf(response) === "miss"));
    assert.equal(calls, 30);
    let response = await ask("redis", "shared");
    for (let n = 0; n < 50 && statusOf(response) !== "hit"; n++) response = await ask("redis", "shared");
    assert.equal(statusOf(response), "hit");
  });

  it("asks the provider while the store is away", async () => {
    await valkey.stop();
    calls = 0;
    const responses = await Promise.all([1, 2, 3].map((n) => ask("redis", `away ${n}`)));
    assert.ok(responses.every((response) => response.status === 200 && statusOf(response) === "miss"));
    assert.equal(calls, 3);
  });
});
