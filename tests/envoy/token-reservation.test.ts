// SPDX-License-Identifier: Apache-2.0
// Reservations of ai-token-ratelimit in two Envoys with two workers each and one Valkey: by how much parallel requests exceed a limit, and what
// clients that leave at every phase have cost.
import assert from "node:assert/strict";
import { after, before, describe, it, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { encode } from "gpt-tokenizer/encoding/o200k_base";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse, type SendOptions } from "../harness/http-client.ts";
import { withRedis } from "../harness/redis-bootstrap.ts";
import { Valkey } from "../harness/valkey.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { ProviderReply, ProviderRequest } from "../providers/types.ts";

const PLUGIN = "ai-token-ratelimit";
const PARALLEL = 100;
const LIMIT = 20_000;
const MAX_TOKENS = 300;
const BUDGET = 1_000_000;

interface Chat {
  messages: { content: string }[];
  max_tokens: number;
}

const TEXTS = [
  "The committee will meet again on Thursday to decide how the remaining budget should be spent. ",
  "解释量子计算的基本原理,并说明它与经典计算机有什么不同。",
  "for (let i = 0; i < items.length; i++) { total += items[i].price * items[i].count; }\n",
  "Der Vorstand hat beschlossen, die Hauptversammlung um zwei Wochen zu verschieben. ",
];
/** About 300 tokens, each of another text and length. */
const promptOf = (i: number): string => TEXTS[i % TEXTS.length].repeat(12 + (i % 7));
/** Every message takes a few tokens more. https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken */
const tokensOf = (content: string): number => encode(content).length + 7;

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const event = (value: unknown): Buffer => Buffer.from(`data: ${JSON.stringify(value)}\n\n`);
const text = event({ choices: [{ index: 0, delta: { content: "The committee will meet again." } }] });
const usage = (prompt_tokens: number, completion_tokens: number) => ({ usage: { prompt_tokens, completion_tokens } });
const done = Buffer.from("data: [DONE]\n\n");
const stream = (chunks: Buffer[], end: ProviderReply["end"]): ProviderReply => ({
  status: 200,
  headers: [["content-type", "text/event-stream"]],
  chunks,
  delayMs: 20,
  end,
});

describe("reservations", () => {
  let provider: RunningServer;
  let valkey: Valkey;
  let envoys: EnvoyProcess[] = [];
  /** Opens when every parallel request has passed or was refused: all are under way at the same time. */
  let gate: Promise<void> = Promise.resolve();

  before(async () => {
    [provider, valkey] = await Promise.all([serve(respond), Valkey.start()]);
    const redis = { service_name: "redis.static", timeout: 20_000 };
    const config = (reserve: string, more: object = { redis }) => ({
      rule_name: `parallel-${reserve}`,
      global_threshold: { token_per_hour: LIMIT },
      reserve,
      ...more,
    });
    const configurations: Record<string, object> = {
      none: config("none"),
      prompt: config("prompt"),
      prompt_and_max: config("prompt_and_max"),
      local: config("prompt_and_max", {}),
      leaving: {
        rule_name: "leaving",
        rule_items: [{ limit_by_per_param: "user", limit_keys: [{ key: "*", token_per_hour: BUDGET }] }],
        reserve: "prompt_and_max",
        redis,
      },
    };
    const listeners = Object.entries(configurations).map(([name, configuration]) =>
      listenerFor({
        name,
        routes: [routeFor({ name: "all", cluster: "upstream" })],
        downstream: [
          wasmFilter({ plugin: PLUGIN, wasm: `build/${PLUGIN}.wasm`, configuration: JSON.stringify(configuration) }),
        ],
      }),
    );
    const bootstrap = withRedis(bootstrapFor(listeners, [clusterFor({ name: "upstream", port: provider.port })]), {
      port: valkey.port,
    });
    const start = () => startEnvoy(bootstrap, { concurrency: 2 });
    envoys = await Promise.all([start(), start()]);
  });
  after(async () => {
    await Promise.all(envoys.map((envoy) => envoy.stop()));
    await provider?.close();
    await valkey?.stop();
  });

  async function respond({ path, body }: ProviderRequest): Promise<ProviderReply> {
    if (path.includes("wait")) return { status: 200, headers: [], chunks: [], end: "silent" };
    if (path.includes("text")) return stream([text], "hang");
    if (path.includes("partial")) return stream([event({ choices: [], ...usage(40, 5) }), text], "hang");
    if (path.includes("done")) return stream([text, event({ choices: [], ...usage(40, 9) }), done], "clean");
    await gate;
    const { messages, max_tokens } = JSON.parse(body.toString()) as Chat;
    // The worst that a request can do: its output is as long as it may be.
    const reply = { choices: [], ...usage(tokensOf(messages[0].content), max_tokens) };
    return { status: 200, headers: [["content-type", "application/json"]], chunks: [json(reply)] };
  }

  const chat = (content: string) => json({ model: "m", messages: [{ role: "user", content }], max_tokens: MAX_TOKENS });

  /** 100 requests at the same time. Gives the tokens of those that have passed, and how many those are. */
  async function parallel(listener: string, gateways: EnvoyProcess[]): Promise<{ spent: number; passed: number }> {
    let open = (): void => undefined;
    gate = new Promise((resolve) => (open = resolve));
    const first = provider.requests.length;
    let refused = 0;
    const responses = Array.from({ length: PARALLEL }, async (_, i) => {
      const chunks = [chat(promptOf(i))];
      const request = {
        method: "POST",
        path: "/v1/chat/completions",
        authority: "gateway.example",
        headers: [],
        chunks,
      };
      const port = gateways[i % gateways.length].listenerPorts[listener];
      const { status } = await send(port, request, { timeoutMs: 120_000 });
      if (status === 429) refused++;
      else assert.equal(status, 200);
    });
    while (provider.requests.length - first + refused < PARALLEL) await sleep(10);
    open();
    await Promise.all(responses);
    const seen = provider.requests.slice(first).map(({ body }) => JSON.parse(body.toString()) as Chat);
    const spent = seen.reduce((sum, { messages, max_tokens }) => sum + tokensOf(messages[0].content) + max_tokens, 0);
    return { spent, passed: seen.length };
  }

  const counterOf = (rule: string): string => `higress-token-ratelimit:{${rule}}:global_threshold:3600`;

  /** Waits until a counter has a value, which a settlement brings after the response. */
  async function counted(key: string, isExpected: (value: number) => boolean): Promise<number> {
    let value = -1;
    for (let look = 0; look < 400; look++) {
      value = Number(await valkey.run("GET", key));
      if (isExpected(value)) return value;
      await sleep(25);
    }
    return assert.fail(`${key} is ${value}`);
  }

  const report = (test: TestContext, { spent, passed }: { spent: number; passed: number }): void =>
    test.diagnostic(
      `${passed} of ${PARALLEL} passed; the limit is exceeded by ${(100 * (spent / LIMIT - 1)).toFixed(1)} %`,
    );

  it(`exceed a limit by 2 % at most when ${PARALLEL} requests state max_tokens (prompt_and_max)`, async (test) => {
    const result = await parallel("prompt_and_max", envoys);
    report(test, result);
    assert.ok(result.spent <= 1.02 * LIMIT, `${result.spent} tokens`);
    // What fits passes: one request needs at most 1,000.
    assert.ok(result.spent >= LIMIT - 4000, `${result.spent} tokens`);
    assert.ok(result.passed < PARALLEL);
    await counted(counterOf("parallel-prompt_and_max"), (value) => value === result.spent);
  });

  it("do so in the memory of one Envoy, too", async (test) => {
    const result = await parallel("local", [envoys[0]]);
    report(test, result);
    assert.ok(result.spent <= 1.02 * LIMIT && result.spent >= LIMIT - 4000, `${result.spent} tokens`);
  });

  it("let the outputs exceed it with prompt", async (test) => {
    const result = await parallel("prompt", envoys);
    report(test, result);
    const prompts = result.spent - result.passed * MAX_TOKENS;
    assert.ok(prompts <= 1.02 * LIMIT && result.passed < PARALLEL, `${prompts} tokens`);
    assert.ok(result.spent > 1.02 * LIMIT);
    await counted(counterOf("parallel-prompt"), (value) => value === result.spent);
  });

  it("let all of them pass with none", async (test) => {
    const result = await parallel("none", envoys);
    report(test, result);
    assert.equal(result.passed, PARALLEL);
    assert.ok(result.spent > 2 * LIMIT);
  });

  describe("of clients that leave", () => {
    const keyOf = (user: string): string => `higress-token-ratelimit:{leaving}:limit_by_per_param:3600:user:${user}`;
    const never = new Promise<never>(() => undefined);

    /** Sends a chat of which the client leaves; by default when nothing more comes. */
    function leave(user: string, options: SendOptions): Promise<ClientResponse> {
      const body = chat(TEXTS[0]);
      const chunks = [body.subarray(0, 40), body.subarray(40)];
      const headers: [string, string][] = [["content-length", String(body.length)]];
      const path = `/v1/chat/completions?user=${user}`;
      const request = { method: "POST", path, authority: "gateway.example", headers, chunks };
      return send(envoys[0].listenerPorts.leaving, request, { timeoutMs: 600, ...options });
    }

    /** Waits until the provider was left by the request of this user. */
    async function stopped(user: string): Promise<void> {
      for (let look = 0; look < 400; look++) {
        if (provider.abandoned.some(({ path }) => path.endsWith(`user=${user}`))) return;
        await sleep(25);
      }
      assert.fail("the provider was not stopped");
    }

    const reached = (user: string): boolean => provider.requests.some(({ path }) => path.endsWith(`user=${user}`));
    const seen = (end: Buffer) => (data: Buffer) => data.includes(end);

    it("before the body: cost nothing", async () => {
      await leave("before-body", { beforeChunk: () => never });
      assert.equal(await valkey.run("GET", keyOf("before-body")), null);
      assert.ok(!reached("before-body"));
    });

    it("in the body: cost nothing", async () => {
      await leave("in-body", { beforeChunk: (index) => (index ? never : Promise.resolve()) });
      assert.equal(await valkey.run("GET", keyOf("in-body")), null);
      assert.ok(!reached("in-body"));
    });

    it("while Redis has not admitted them: get their reservation back", async () => {
      valkey.freeze();
      await leave("held", {});
      await sleep(200);
      valkey.thaw();
      // The reservation began a window: the counter is there.
      await counted(keyOf("held"), (value) => value === 0);
      assert.equal(await valkey.run("EXISTS", keyOf("held")), 1);
      assert.ok(!reached("held"));
    });

    it("before the response: cost the prompt, and stop the provider", async () => {
      await leave("wait", {});
      await stopped("wait");
      const prompt = tokensOf(TEXTS[0]);
      await counted(keyOf("wait"), (value) => value > prompt / 2 && value < 2 * prompt);
    });

    it("in a stream: cost the prompt and what was seen, and stop the provider", async () => {
      await leave("text", { leaveWhen: seen(Buffer.from("again.")) });
      await stopped("text");
      const most = tokensOf(TEXTS[0]) + tokensOf("The committee will meet again.");
      await counted(keyOf("text"), (value) => value > tokensOf(TEXTS[0]) / 2 && value < 2 * most);
    });

    it("in a stream that has reported usage: cost that at least", async () => {
      await leave("partial", { leaveWhen: seen(Buffer.from("again.")) });
      await stopped("partial");
      await counted(keyOf("partial"), (value) => value >= 45 && value < 90);
    });

    it("after the last event: cost the usage", async () => {
      await leave("done", { leaveWhen: seen(done) });
      await counted(keyOf("done"), (value) => value === 49);
    });

    it("leave no counter without a lifetime, and none below 0", async () => {
      const keys = (await valkey.run("KEYS", "higress-token-ratelimit:*")) as string[];
      assert.ok(keys.length >= 8, keys.join());
      for (const key of keys) {
        assert.ok(Number(await valkey.run("GET", key)) >= 0, key);
        assert.ok(Number(await valkey.run("TTL", key)) > 0, key);
      }
    });
  });
});
