// SPDX-License-Identifier: Apache-2.0
// ai-history in a real Envoy with two workers and a Valkey: exchanges at the same time, redirects, refusals, and hits of a cache.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { withRedis } from "../harness/redis-bootstrap.ts";
import { Valkey } from "../harness/valkey.ts";
import { serve, type RunningServer } from "../providers/server.ts";

const CHATS = "/v1/chat/completions";
const REDIRECT = { internal_redirect_policy: { redirect_response_codes: [307], max_internal_redirects: 1 } };
const QUESTIONS = 40;
const NAMES = ["ann", "bob", "cid", "dan"];

interface Message {
  role: string;
  content: string;
}

describe("ai-history in Envoy with a Valkey", () => {
  let envoy: EnvoyProcess;
  let provider: RunningServer;
  let valkey: Valkey;
  /** The messages of the requests that the provider has got. */
  let received: Message[][] = [];

  before(async () => {
    valkey = await Valkey.start();
    provider = await serve(async ({ path, body }) => {
      const { messages } = JSON.parse(body.toString()) as { messages: Message[] };
      received.push(messages);
      if (path.includes("redirect"))
        return { status: 307, headers: [["location", `http://gateway.example${CHATS}`]], chunks: [] };
      await sleep(20);
      const message = { role: "assistant", content: `to ${messages.at(-1)!.content}` };
      const completion = {
        id: "c",
        object: "chat.completion",
        choices: [{ index: 0, message, finish_reason: "stop" }],
      };
      return {
        status: 200,
        headers: [["content-type", "application/json"]],
        chunks: [Buffer.from(JSON.stringify(completion))],
      };
    });
    const filter = (plugin: string, configuration: object) =>
      wasmFilter({ plugin, wasm: `build/${plugin}.wasm`, configuration: JSON.stringify(configuration) });
    const consumers = NAMES.map((name) => ({ name, credential: `key-of-${name}` }));
    const listener = (name: string, store: object) =>
      listenerFor({
        name,
        routes: [routeFor({ name: "all", cluster: "upstream", action: REDIRECT })],
        downstream: [
          filter("key-auth", { consumers, keys: ["x-api-key"], in_header: true }),
          filter("ai-history", { ...store, fillHistoryCnt: 100, secret: "test-secret", cacheKeyPrefix: `${name}:` }),
          filter("ai-data-masking", { deny_words: ["forbidden"] }),
          filter("ai-cache", { cache: { type: "memory" }, share: "route", version: name, wait_timeout: 0 }),
        ],
      });
    const redis = { redis: { serviceName: "redis.static", timeout: 1000 } };
    const listeners = [listener("memory", {}), listener("redis", redis)];
    const gateway = withRedis(bootstrapFor(listeners, [clusterFor({ name: "upstream", port: provider.port })]), {
      port: valkey.port,
    });
    envoy = await startEnvoy(gateway, { concurrency: 2 });
  });
  after(async () => {
    await envoy?.stop();
    await provider?.close();
    await valkey?.stop();
  });

  function call(
    listener: string,
    consumer: string,
    method: string,
    path: string,
    json?: object,
  ): Promise<ClientResponse> {
    const body = json ? [Buffer.from(JSON.stringify(json))] : [];
    const headers: [string, string][] = [["x-api-key", `key-of-${consumer}`]];
    if (json) headers.push(["content-type", "application/json"], ["content-length", String(body[0].length)]);
    const request = { method, path, authority: "gateway.example", headers, chunks: body };
    return send(envoy.listenerPorts[listener], request);
  }
  const ask = (listener: string, consumer: string, content: string, path = CHATS): Promise<ClientResponse> =>
    call(listener, consumer, "POST", path, { model: "m", messages: [{ role: "user", content }] });

  /** The contents of a history that has so many messages: an exchange in Redis is stored a moment after its response. */
  async function history(listener: string, consumer: string, count: number): Promise<string[]> {
    for (let tries = 0; ; tries++) {
      const { status, body } = await call(listener, consumer, "GET", "/ai-history/query");
      assert.equal(status, 200);
      const messages = JSON.parse(body.toString()) as Message[];
      if (messages.length === count || tries > 100) return messages.map(({ content }) => content);
      await sleep(20);
    }
  }

  for (const listener of ["memory", "redis"]) {
    it(`stores exchanges at the same time, each with its answer (${listener})`, async () => {
      const questions = Array.from({ length: QUESTIONS }, (_, n) => `question ${n}`);
      const responses = await Promise.all(questions.map((question) => ask(listener, "ann", question)));
      assert.ok(responses.every(({ status }) => status === 200));
      const contents = await history(listener, "ann", 2 * QUESTIONS);
      const stored = contents.filter((_, at) => at % 2 === 0);
      assert.deepEqual([...stored].sort(), [...questions].sort());
      for (const [at, question] of stored.entries()) assert.equal(contents[2 * at + 1], `to ${question}`);
      assert.deepEqual(await history(listener, "bob", 0), []);
    });

    it(`adds the history once to a request that is redirected (${listener})`, async () => {
      await ask(listener, "bob", "before");
      await history(listener, "bob", 2);
      received = [];
      assert.equal((await ask(listener, "bob", "redirected", `${CHATS}?redirect`)).status, 200);
      const wanted = ["before", "to before", "redirected"];
      assert.deepEqual(
        received.map((messages) => messages.map(({ content }) => content)),
        [wanted, wanted],
      );
      assert.deepEqual(await history(listener, "bob", 4), [...wanted, "to redirected"]);
    });

    it(`stores what a cache has served, and no refusal (${listener})`, async () => {
      await ask(listener, "cid", "cached");
      const hit = await ask(listener, "dan", "cached");
      assert.deepEqual(
        hit.headers.filter(([name]) => name === "x-ai-cache"),
        [["x-ai-cache", "hit"]],
      );
      assert.deepEqual(await history(listener, "dan", 2), ["cached", "to cached"]);
      const refused = await ask(listener, "dan", "forbidden");
      assert.equal(refused.status, 200);
      assert.match(refused.body.toString(), /"choices"/);
      assert.doesNotMatch(refused.body.toString(), /to forbidden/);
      assert.deepEqual(await history(listener, "dan", 2), ["cached", "to cached"]);
    });
  }

  it("has no name, no key and no plain identity in the keys of Redis", async () => {
    const keys = JSON.stringify(await valkey.run("KEYS", "redis:*"));
    assert.match(keys, /redis:[0-9a-f]{64}/);
    assert.doesNotMatch(keys, /ann|bob|key-of/);
  });
});
