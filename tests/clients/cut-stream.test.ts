// SPDX-License-Identifier: Apache-2.0
// A stream that ai-token-ratelimit cuts, in the official clients: no error, and the end of a response that has reached its most tokens. The provider
// is stopped, in Responses and Messages when the client leaves.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { withRedis } from "../harness/redis-bootstrap.ts";
import { Valkey } from "../harness/valkey.ts";
import { runPython } from "./python.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { ProviderReply, ProviderRequest } from "../providers/types.ts";

const PLUGIN = "ai-token-ratelimit";
const LIMIT = 200;
/** Chunks of 9 tokens each that a provider sends. */
const MOST = 120;
const TEXT = "The committee will meet again on Thursday. ";
const STORES = ["local", "redis"];

const event = (value: { type?: string }): Buffer =>
  Buffer.from(`${value.type ? `event: ${value.type}\n` : ""}data: ${JSON.stringify(value)}\n\n`);
const chunk = event({
  ...{ id: "c-1", object: "chat.completion.chunk", created: 7, model: "m" },
  ...{ choices: [{ index: 0, delta: { content: TEXT }, finish_reason: null }] },
} as object);
const response = { id: "r-1", object: "response", created_at: 7, model: "m", status: "in_progress", output: [] };
const item = { type: "message", id: "i", role: "assistant", status: "in_progress", content: [] };
const part = { type: "output_text", text: "", annotations: [] };
const place = { item_id: "i", output_index: 0, content_index: 0 };
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
    return {
      first: [
        event({ type: "response.created", sequence_number: 0, response } as object),
        event({ type: "response.output_item.added", sequence_number: 1, output_index: 0, item } as object),
        event({ type: "response.content_part.added", sequence_number: 2, ...place, part } as object),
      ],
      text: event({ type: "response.output_text.delta", ...place, delta: TEXT } as object),
    };
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
    // A silent one has sent little more than the limit allows.
    const count = model === "silent" ? Math.ceil(LIMIT / 9) + 4 : MOST;
    const chunks = [...first, ...Array.from({ length: count }, () => text)];
    const headers: [string, string][] = [["content-type", "text/event-stream"]];
    return { status: 200, headers, chunks, delayMs: 10, end: model === "long" ? "clean" : "hang" };
  }

  const baseURL = (store: string): string => `http://127.0.0.1:${envoy.listenerPorts[store]}`;
  const openai = (store: string, key: string): OpenAI =>
    new OpenAI({ baseURL: `${baseURL(store)}/${key}`, apiKey: "k", maxRetries: 0, defaultHeaders: { "x-key": key } });
  const anthropic = (store: string, key: string): Anthropic =>
    new Anthropic({
      baseURL: `${baseURL(store)}/${key}`,
      apiKey: "k",
      maxRetries: 0,
      defaultHeaders: { "x-key": key },
    });
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
    assert.ok(tokens > LIMIT / 2 && tokens < 1.5 * LIMIT, `${tokens} tokens`);
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

    it(`${store}, Responses, read to the end`, async () => {
      const key = `responses-${store}`;
      const events: OpenAI.Responses.ResponseStreamEvent[] = [];
      const stream = openai(store, key).responses.stream({ model: "long", input: "hello" });
      for await (const next of stream) events.push(next);
      const last = events.at(-1);
      assert.ok(last?.type === "response.incomplete");
      assert.equal(last.response.incomplete_details?.reason, "max_output_tokens");
      fits(events.map((next) => (next.type === "response.output_text.delta" ? next.delta : "")).join(""));
    });

    it(`${store}, Responses, whose client leaves at the last event`, async () => {
      const key = `responses-left-${store}`;
      const stream = await openai(store, key).responses.create({ model: "endless", input: "hello", stream: true });
      for await (const next of stream) if (next.type === "response.incomplete") break;
      await stopped(`/${key}/responses`);
    });

    it(`${store}, Messages, read to the end`, async () => {
      const request = { model: "long", messages, max_tokens: 5000 };
      const whole = await anthropic(store, `messages-${store}`).messages.stream(request).finalMessage();
      assert.equal(whole.stop_reason, "max_tokens");
      assert.ok(whole.content[0].type === "text");
      fits(whole.content[0].text);
    });

    it(`${store}, Messages, whose client leaves at the last event`, async () => {
      const key = `messages-left-${store}`;
      const request = { model: "endless", messages, max_tokens: 5000, stream: true as const };
      for await (const next of await anthropic(store, key).messages.create(request))
        if (next.type === "message_stop") break;
      await stopped(`/${key}/v1/messages`);
    });
  }

  it("the clients for Python", async () => {
    const calls = [
      { api: "chat.chunks", arguments: { model: "silent", messages } },
      { api: "responses.events", arguments: { model: "long", input: "hello" } },
    ].map((call) => ({
      api: call.api,
      arguments: { ...call.arguments, stream: true, extra_headers: { "x-key": `python-${call.api}` } },
    }));
    const task = { baseUrl: `${baseURL("redis")}/python`, key: "k", calls };
    type Event = { choices: { delta: { content?: string }; finish_reason?: string }[]; type: string };
    const [chunks, events] = await runPython<{ value: Event[] }[]>("openai_calls.py", task);
    assert.equal(chunks.value.at(-1)?.choices[0].finish_reason, "length");
    fits(chunks.value.map(({ choices }) => choices[0].delta.content ?? "").join(""));
    assert.equal(events.value.at(-1)?.type, "response.incomplete");
    await stopped("/python/chat/completions");
  });

  it("is counted", async () => {
    const stats = await envoy.stats("ai_token_ratelimit_cut_total");
    assert.deepEqual(Object.values(stats), [6 * STORES.length + 2]);
  });
});
