// SPDX-License-Identifier: Apache-2.0
// A stream that ai-token-ratelimit cuts, in the official clients: no error, the end of a response that has reached its most tokens, and a provider
// that is stopped, whether it goes on or has fallen silent.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { withRedis } from "../harness/redis-bootstrap.ts";
import { Valkey } from "../harness/valkey.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { ProviderReply, ProviderRequest } from "../providers/types.ts";

const PLUGIN = "ai-token-ratelimit";
const LIMIT = 200;
/** Chunks of 9 tokens each that a provider sends. */
const MOST = 300;
const TEXT = "The committee will meet again on Thursday. ";
const STORES = ["local", "redis"];

const event = (value: { type?: string }): Buffer =>
  Buffer.from(`${value.type ? `event: ${value.type}\n` : ""}data: ${JSON.stringify(value)}\n\n`);
const chunk = event({
  ...{ id: "c-1", object: "chat.completion.chunk", created: 7, model: "m" },
  ...{ choices: [{ index: 0, delta: { content: TEXT }, finish_reason: null }] },
} as object);
const response = { id: "r-1", object: "response", created_at: 7, model: "m", status: "in_progress", output: [] };
const delta = { type: "response.output_text.delta", item_id: "i", output_index: 0, content_index: 0, delta: TEXT };
const usage = { input_tokens: 9, output_tokens: 1 };
const message = { id: "msg-1", type: "message", role: "assistant", model: "m", content: [], usage };
const block = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: TEXT } };

/** What a provider sends for a path: a beginning, and chunks of text. */
function streamOf(path: string): { first: Buffer[]; text: Buffer } {
  if (path.endsWith("/messages"))
    return {
      first: [
        event({ type: "message_start", message } as object),
        event({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } } as object),
      ],
      text: event(block),
    };
  if (path.endsWith("/responses"))
    return { first: [event({ type: "response.created", sequence_number: 0, response } as object)], text: event(delta) };
  return { first: [], text: chunk };
}

describe("a stream that is cut", () => {
  let provider: RunningServer;
  let valkey: Valkey;
  let envoy: EnvoyProcess;
  before(async () => {
    [provider, valkey] = await Promise.all([serve(respond), Valkey.start()]);
    const listeners = STORES.map((name) =>
      listenerFor({
        name,
        routes: [routeFor({ name: "all", cluster: "upstream" })],
        downstream: [
          wasmFilter({
            plugin: PLUGIN,
            wasm: `build/${PLUGIN}.wasm`,
            configuration: JSON.stringify({
              rule_name: `cut-${name}`,
              rule_items: [{ limit_by_per_header: "x-key", limit_keys: [{ key: "*", token_per_hour: LIMIT }] }],
              cut_stream: true,
              ...(name === "redis" ? { redis: { service_name: "redis.static", timeout: 20_000 } } : {}),
            }),
          }),
        ],
      }),
    );
    const clusters = [clusterFor({ name: "upstream", port: provider.port })];
    envoy = await startEnvoy(withRedis(bootstrapFor(listeners, clusters), { port: valkey.port }));
  });
  after(async () => {
    await envoy?.stop();
    await provider?.close();
    await valkey?.stop();
  });

  function respond({ path, body }: ProviderRequest): ProviderReply {
    const { first, text } = streamOf(path);
    const { model } = JSON.parse(body.toString()) as { model: string };
    // A silent one has sent little more than the limit allows, and neither goes on nor ends.
    const count = model === "silent" ? Math.ceil(LIMIT / 9) + 4 : MOST;
    const chunks = [...first, ...Array.from({ length: count }, () => text)];
    const headers: [string, string][] = [["content-type", "text/event-stream"]];
    return { status: 200, headers, chunks, delayMs: 10, end: path.endsWith("/messages") ? "clean" : "hang" };
  }

  const baseURL = (store: string): string => `http://127.0.0.1:${envoy.listenerPorts[store]}`;
  const openai = (store: string, key: string): OpenAI =>
    new OpenAI({ baseURL: `${baseURL(store)}/${key}`, apiKey: "k", maxRetries: 0, defaultHeaders: { "x-key": key } });
  const messages = [{ role: "user" as const, content: "hello" }];

  /** Waits until the provider was left by the request to this path. */
  async function stopped(path: string): Promise<void> {
    for (let look = 0; look < 400; look++) {
      if (provider.abandoned.some((request) => request.path === path)) return;
      await sleep(25);
    }
    assert.fail("the provider was not stopped");
  }

  /** Whether a text has about as many tokens as the limit. */
  const fits = (text: string): void => {
    const tokens = 9 * (text.length / TEXT.length);
    assert.ok(tokens > LIMIT / 2 && tokens < 1.25 * LIMIT, `${tokens} tokens`);
  };

  for (const store of STORES) {
    for (const model of ["endless", "silent"])
      it(`${store}, chat completions of a provider that is ${model}`, async () => {
        const key = `chat-${store}-${model}`;
        const options = { model, messages, stream: true as const, stream_options: { include_usage: true } };
        let text = "";
        let finish: string | null = null;
        let total = 0;
        for await (const { choices, usage, id } of await openai(store, key).chat.completions.create(options)) {
          assert.equal(id, "c-1");
          text += choices[0]?.delta.content ?? "";
          finish = choices[0]?.finish_reason ?? finish;
          total = usage?.total_tokens ?? total;
        }
        assert.equal(finish, "length");
        fits(text);
        assert.ok(total > LIMIT / 2);
        await stopped(`/${key}/chat/completions`);
      });

    it(`${store}, Responses`, async () => {
      const key = `responses-${store}`;
      let last: OpenAI.Responses.ResponseStreamEvent | undefined;
      let text = "";
      const stream = await openai(store, key).responses.create({ model: "endless", input: "hello", stream: true });
      for await (const next of stream) {
        last = next;
        if (next.type === "response.output_text.delta") text += next.delta;
      }
      assert.ok(last?.type === "response.incomplete");
      assert.equal(last.response.incomplete_details?.reason, "max_output_tokens");
      fits(text);
      await stopped(`/${key}/responses`);
    });

    it(`${store}, Messages, whose provider runs on`, async () => {
      const key = `messages-${store}`;
      const options = { baseURL: baseURL(store), apiKey: "k", maxRetries: 0, defaultHeaders: { "x-key": key } };
      const request = { model: "endless", messages, max_tokens: 5000 };
      const whole = await new Anthropic(options).messages.stream(request).finalMessage();
      assert.equal(whole.stop_reason, "max_tokens");
      assert.ok(whole.content[0].type === "text");
      fits(whole.content[0].text);
    });
  }

  it("is counted", async () => {
    const stats = await envoy.stats("ai_token_ratelimit_cut_total");
    assert.deepEqual(Object.values(stats), [8]);
  });
});
