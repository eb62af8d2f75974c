// SPDX-License-Identifier: Apache-2.0
// What ai-proxy reports about a response to other filters, the access log and the statistics.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send, type ClientResponse, type SendOptions } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { ProviderReply } from "../providers/types.ts";

const openAiUsage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
const nativeUsage = { input_tokens: 3, output_tokens: 4, total_tokens: 7 };
const message = { role: "assistant", content: "Hi" };
const output = { choices: [{ finish_reason: "stop", message }] };

/** Trailers reach the client only over HTTP/2. */
const h2: SendOptions = { http2: true };

const json = (value: unknown): ProviderReply => ({
  status: 200,
  headers: [["content-type", "application/json"]],
  chunks: [Buffer.from(JSON.stringify(value))],
});
const events = (...values: unknown[]): ProviderReply => ({
  status: 200,
  headers: [["content-type", "text/event-stream"]],
  chunks: values.map((value) => Buffer.from(`data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`)),
});
const openAiEvents = (usage: object): ProviderReply =>
  events({ choices: [{ index: 0, delta: message, finish_reason: "stop" }] }, { choices: [], usage }, "[DONE]");

for (const position of ["downstream", "upstream"])
  describe(`the usage of a response, ${position}`, () => {
    let envoy: EnvoyProcess;
    let provider: RunningServer;
    let trailing: RunningServer;
    let reply: ProviderReply;
    let asked = 0;

    before(async () => {
      provider = await serve(() => reply);
      trailing = await serve(() => ({ ...reply, trailers: [["x-took", "12"]] }), { http2: true });
      const listeners = Object.entries({
        openai: {
          type: "openai",
          apiToken: "sk-test-openai",
          capabilities: { "anthropic/v1/messages": "/v1/messages" },
        },
        quiet: { type: "openai", apiToken: "sk-test-openai", disableStreamUsageStats: true },
        native: { type: "qwen", apiToken: "sk-test-qwen", qwenEnableCompatible: false },
      }).map(([name, configured]) =>
        listenerFor({
          name,
          routes: [
            routeFor({ name: "trailing", match: { prefix: "/trailing" }, cluster: "trailing" }),
            routeFor({ name, cluster: "provider" }),
          ],
          [position]: [
            wasmFilter({
              ...{ plugin: "ai-proxy", wasm: "build/ai-proxy.wasm" },
              configuration: JSON.stringify({ provider: configured }),
            }),
          ],
          accessLog: { path: "%TMP%/access.log", fields: { usage: "%FILTER_STATE(wasm.ai_usage:PLAIN)%" } },
        }),
      );
      const clusters = [
        clusterFor({ name: "provider", port: provider.port }),
        clusterFor({ name: "trailing", port: trailing.port, http2: true }),
      ];
      envoy = await startEnvoy(bootstrapFor(listeners, clusters));
    });
    after(async () => {
      await envoy?.stop();
      await provider?.close();
      await trailing?.close();
    });

    const post = (listener: string, path: string, value: object, options?: SendOptions): Promise<ClientResponse> => {
      const body = Buffer.from(JSON.stringify(value));
      const headers: [string, string][] = [
        ["content-type", "application/json"],
        ["content-length", String(body.length)],
      ];
      asked++;
      const request = { method: "POST", path, authority: "gateway.example", headers, chunks: [body] };
      return send(envoy.listenerPorts[listener], request, options);
    };
    const question = (stream: boolean): object => ({
      ...{ model: "qwen-plus", stream },
      messages: [{ role: "user", content: "hi" }],
    });
    const chat = (listener: string, stream: boolean): Promise<ClientResponse> =>
      post(listener, "/v1/chat/completions", question(stream));
    /** The access log of the latest request; null if a field is empty. */
    const logged = async (): Promise<unknown> => {
      for (let attempt = 0; attempt < 250; attempt++) {
        const lines = readFileSync(join(envoy.folder, "access.log"), "utf8").split("\n").filter(Boolean);
        if (lines.length >= asked) {
          const { usage } = JSON.parse(lines[asked - 1]) as { usage: string | null };
          return usage && JSON.parse(usage);
        }
        await sleep(20);
      }
      return assert.fail("there is no line in the access log");
    };

    const responses: [name: string, listener: string, stream: boolean, reply: ProviderReply][] = [
      ["a stream whose usage is dropped", "openai", true, openAiEvents(openAiUsage)],
      ["a whole response that passes", "openai", false, json({ choices: [{ message }], usage: openAiUsage })],
      ["a whole response that is translated", "native", false, json({ output, usage: nativeUsage, request_id: "r" })],
      ["a stream that is translated", "native", true, events({ output, usage: nativeUsage, request_id: "r" })],
    ];
    for (const [name, listener, stream, wanted] of responses) {
      it(`is reported for ${name}`, async () => {
        reply = wanted;
        assert.equal((await chat(listener, stream)).status, 200);
        assert.deepEqual(await logged(), openAiUsage);
      });

      it(`is reported for ${name} that trailers end`, async () => {
        reply = wanted;
        assert.equal((await post(listener, "/trailing/v1/chat/completions", question(stream), h2)).status, 200);
        assert.deepEqual(await logged(), openAiUsage);
      });
    }

    it("is reported for a stream whose last event lacks its blank line because of trailers", async () => {
      const whole = openAiEvents(openAiUsage);
      reply = { ...whole, chunks: [whole.chunks[0], whole.chunks[1].subarray(0, -2)] };
      assert.equal((await post("openai", "/trailing/v1/chat/completions", question(true), h2)).status, 200);
      assert.deepEqual(await logged(), openAiUsage);
    });

    for (const count of [1, 2, 5])
      it(`is reported for a stream whose client left after ${count} chunks`, async () => {
        const going = (tokens: number): object => ({
          output: { choices: [{ finish_reason: "null", message }] },
          usage: { input_tokens: 3, output_tokens: tokens, total_tokens: 3 + tokens },
          request_id: "r",
        });
        reply = { ...events(...Array.from({ length: count }, (_, at) => going(at + 1))), end: "hang", delayMs: 5 };
        const leaveWhen = (body: Buffer): boolean => body.toString().split("Hi").length > count;
        await post("native", "/v1/chat/completions", question(true), { leaveWhen });
        assert.deepEqual(await logged(), { prompt_tokens: 3, completion_tokens: count, total_tokens: 3 + count });
      });

    it("is reported for a passed-through stream whose client left", async () => {
      const started = { type: "message_start", message: { usage: { input_tokens: 3, output_tokens: 1 } } };
      reply = { ...events(started, { type: "message_delta", usage: { output_tokens: 4 } }), end: "hang", delayMs: 5 };
      const leaveWhen = (body: Buffer): boolean => body.includes("message_delta");
      await post("openai", "/v1/messages", question(true), { leaveWhen });
      assert.deepEqual(await logged(), openAiUsage);
    });

    it("is reported for embeddings", async () => {
      const embeddings = [{ text_index: 0, embedding: [1] }];
      reply = json({ output: { embeddings }, usage: { total_tokens: 5 }, request_id: "r" });
      await post("native", "/v1/embeddings", { model: "text-embedding-v3", input: "x" });
      assert.deepEqual(await logged(), { prompt_tokens: 5, completion_tokens: 0, total_tokens: 5 });
    });

    it("keeps the details of the provider", async () => {
      const details = {
        prompt_tokens_details: { cached_tokens: 2 },
        completion_tokens_details: { reasoning_tokens: 1 },
      };
      reply = openAiEvents({ ...openAiUsage, ...details });
      await chat("openai", true);
      assert.deepEqual(await logged(), { ...openAiUsage, ...details });
    });

    it("is reported for passed-through embeddings", async () => {
      reply = json({ data: [{ embedding: [0.5] }], usage: { prompt_tokens: 5, total_tokens: 5 } });
      await post("openai", "/v1/embeddings", { model: "text-embedding-3-small", input: "x" });
      assert.deepEqual(await logged(), { prompt_tokens: 5, completion_tokens: 0, total_tokens: 5 });
    });

    it("is absent if the provider reports none", async () => {
      reply = events({ choices: [{ index: 0, delta: message, finish_reason: "stop" }], usage: null }, "[DONE]");
      await chat("quiet", true);
      assert.equal(await logged(), null);
    });

    it("counts responses that were compressed without a request", async () => {
      const name = "wasmcustom.ai_proxy_compressed_answers_total";
      const plain = json({});
      reply = { ...plain, headers: [...plain.headers, ["content-encoding", "gzip"]] };
      const { body } = await chat("openai", false);
      assert.equal(body.toString(), "{}");
      assert.equal((await envoy.stats(name))[name], 1);
      assert.equal((await chat("native", false)).status, 502);
      assert.equal((await envoy.stats(name))[name], 2);
    });

    it("counts streams that end before their response", async () => {
      const name = "wasmcustom.ai_proxy_incomplete_streams_total";
      reply = events({ choices: [{ index: 0, delta: message, finish_reason: null }] });
      assert.equal((await chat("openai", true)).body.toString(), reply.chunks.join(""));
      assert.equal((await envoy.stats(name))[name], 1);
    });
  });
