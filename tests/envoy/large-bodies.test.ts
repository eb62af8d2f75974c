// SPDX-License-Identifier: Apache-2.0
// The length of a message that passes through ai-proxy costs no memory, except for bodies that must be translated whole.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { ssePayloads } from "../harness/expectation.ts";
import { send, type ClientResponse } from "../harness/http-client.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { ProviderReply } from "../providers/types.ts";

const MEGABYTE = 1024 * 1024;
const LENGTH = 20 * MEGABYTE;
/** The memory limit for twenty megabytes: less than half of them. */
const GROWTH = 8 * MEGABYTE;
const hasProc = existsSync("/proc/self/status");

type Kind = "watched" | "translated";

for (const position of ["downstream", "upstream"])
  describe(`large bodies, ${position}`, () => {
    let envoy: EnvoyProcess;
    let provider: RunningServer;
    let reply: ProviderReply;

    before(async () => {
      provider = await serve(() => reply);
      const listeners = Object.entries({
        openai: { type: "openai", apiToken: "sk-test-openai" },
        native: { type: "qwen", apiToken: "sk-test-qwen", qwenEnableCompatible: false },
      }).map(([name, configured]) =>
        listenerFor({
          name,
          routes: [routeFor({ name, cluster: "provider" })],
          [position]: [
            wasmFilter({
              ...{ plugin: "ai-proxy", wasm: "build/ai-proxy.wasm" },
              configuration: JSON.stringify({ provider: configured }),
            }),
          ],
        }),
      );
      envoy = await startEnvoy(bootstrapFor(listeners, [clusterFor({ name: "provider", port: provider.port })]));
    });
    after(async () => {
      await envoy?.stop();
      await provider?.close();
    });

    /** Requests a stream or a whole response, and gets `reply`. */
    const chat = (listener: string, stream: boolean): Promise<ClientResponse> => {
      const json = { model: "qwen-plus", stream, messages: [{ role: "user", content: "hi" }] };
      return post(listener, "/v1/chat/completions", "application/json", [Buffer.from(JSON.stringify(json))]);
    };
    const post = (listener: string, path: string, type: string, chunks: Buffer[]): Promise<ClientResponse> => {
      const size = chunks.reduce((sum, { length }) => sum + length, 0);
      const headers: [string, string][] = [
        ["content-type", type],
        ["content-length", String(size)],
      ];
      const request = { method: "POST", path, authority: "gateway.example", headers, chunks };
      return send(envoy.listenerPorts[listener], request, { timeoutMs: 60_000 });
    };
    /** The maximum memory of the Envoy process so far. */
    const peak = (): number => {
      const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${envoy.pid}/status`, "utf8"))?.[1];
      return Number(kilobytes) * 1024;
    };
    const costs = async (run: (length: number) => Promise<void>): Promise<void> => {
      await run(2 * MEGABYTE);
      const before = peak();
      await run(LENGTH);
      assert.ok(peak() - before < GROWTH, `memory grew by ${peak() - before} bytes`);
    };

    const streams: [Kind, string][] = [
      ["watched", "openai"],
      ["translated", "native"],
    ];
    for (const [kind, listener] of streams) {
      it(`the length of a stream that is ${kind} costs no memory`, { skip: !hasProc }, async () => {
        await costs(async (length) => {
          const piece = "x".repeat(1000);
          const count = Math.ceil(length / 1000);
          reply = eventStream(Array.from({ length: count }, (_, i) => eventOf(kind, piece, i === count - 1)));
          const { body, end } = await chat(listener, true);
          assert.equal(end, "clean");
          const text = body.toString();
          assert.equal(text.split(piece).length - 1, count);
          assert.ok(text.endsWith("data: [DONE]\n\n"));
          assert.equal(text.split("[DONE]").length, 2);
        });
      });
    }

    it("the length of a whole response that passes costs no memory", { skip: !hasProc }, async () => {
      await costs(async (length) => {
        const pieces = Array.from({ length: length / 65536 }, () => Buffer.alloc(65536, "y"));
        const chunks = [Buffer.from('{"choices":["'), ...pieces, Buffer.from('"],"usage":{"total_tokens":3}}')];
        reply = { status: 200, headers: [["content-type", "application/json"]], chunks };
        const { body } = await chat("openai", false);
        assert.ok(body.equals(Buffer.concat(chunks)));
      });
    });

    it("the length of an upload costs no memory", { skip: !hasProc }, async () => {
      reply = { status: 200, headers: [], chunks: [] };
      await costs(async (length) => {
        const chunks = Array.from({ length: length / 65536 }, () => Buffer.alloc(65536, "z"));
        const { status } = await post("openai", "/v1/files", "application/octet-stream", chunks);
        assert.equal(status, 200);
        assert.ok(provider.requests.pop()!.body.equals(Buffer.concat(chunks)));
      });
    });

    it("an event of three megabytes passes a stream that is watched", async () => {
      const long = eventOf("watched", "x".repeat(3 * MEGABYTE), false);
      reply = eventStream([eventOf("watched", "before", false), long, eventOf("watched", "after", true)]);
      const { body } = await chat("openai", true);
      assert.ok(body.equals(Buffer.concat(reply.chunks)));
    });

    it("an event of three megabytes ends a translated stream with an error", async () => {
      const long = eventOf("translated", "x".repeat(3 * MEGABYTE), false);
      reply = eventStream([eventOf("translated", "before", false), long, eventOf("translated", "after", true)]);
      const payloads = ssePayloads((await chat("native", true)).body) as Record<string, unknown>[];
      assert.equal(payloads.length, 3);
      assert.deepEqual((payloads[1].error as Record<string, unknown>).code, "upstream_event_too_long");
      assert.equal(payloads[2], "[DONE]");
    });

    it("a response above the limit that must be translated whole is refused", async () => {
      const message = { role: "assistant", content: "x".repeat(2 * MEGABYTE) };
      const json = JSON.stringify({ output: { choices: [{ finish_reason: "stop", message }] } });
      reply = { status: 200, headers: [["content-type", "application/json"]], chunks: [Buffer.from(json)] };
      const { status } = await chat("native", false);
      assert.equal(status, 500);
    });
  });

const eventStream = (events: string[]): ProviderReply => {
  const text = Buffer.from(events.join(""));
  const chunks = Array.from({ length: Math.ceil(text.length / 65536) }, (_, i) =>
    text.subarray(i * 65536, (i + 1) * 65536),
  );
  return { status: 200, headers: [["content-type", "text/event-stream"]], chunks };
};

function eventOf(kind: Kind, content: string, isLast: boolean): string {
  const data =
    kind === "translated"
      ? { output: { choices: [{ message: { content }, finish_reason: isLast ? "stop" : "null" }] }, request_id: "r" }
      : { choices: [{ index: 0, delta: { content }, finish_reason: isLast ? "stop" : null }] };
  const end = isLast && kind === "watched" ? "data: [DONE]\n\n" : "";
  return `data: ${JSON.stringify(data)}\n\n${end}`;
}
