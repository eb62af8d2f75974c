// SPDX-License-Identifier: Apache-2.0
// What ai-statistics writes of prompts and responses, by the option `capture`; and that nothing else is written of them.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { bootstrapFor, clusterFor, listenerFor, routeFor } from "../harness/bootstrap.ts";
import { pluginFilter } from "../harness/chain-filters.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { send } from "../harness/http-client.ts";
import { fieldsOf, observed, otlpCluster, promptSpans } from "../harness/observed.ts";
import { needs137 } from "../harness/oldest.ts";
import { startOtlpSink, type OtlpSink } from "../harness/otlp-sink.ts";
import { serve, type RunningServer } from "../providers/server.ts";

const PLANTED = {
  prompt: "planted-prompt-7f3a",
  response: "planted-response-91bc",
  clientKey: "planted-client-key-55e0",
  providerKey: "planted-provider-key-c2d4",
  header: "planted-header-8a17",
};
const SECRET = "key-of-the-hashes-planted";
const capture: Record<string, object> = {
  none: {},
  hash: { capture: "hash", capture_secret: SECRET },
  masked: { capture: "masked", capture_patterns: ["sk-[a-z0-9]+", "[a-z]+@[a-z.]+"] },
  full: { capture: "full" },
  short: { capture: "full", capture_length_limit: 32 },
  shortMasked: { capture: "masked", capture_patterns: ["sk-[a-z0-9]+"], capture_length_limit: 32 },
  attributes: { attributes: ["question", "answer"].map((key) => ({ key, apply_to_log: true })) },
  little: { capture: "full", capture_memory_limit: 1024 },
};

describe("captures of prompts and responses", needs137("tags of a span that read filter state"), () => {
  let sink: OtlpSink;
  let provider: RunningServer;
  let envoy: EnvoyProcess;
  before(async () => {
    sink = await startOtlpSink();
    provider = await serve(({ body }) => {
      const { stream, text } = JSON.parse(body.toString()) as { stream?: boolean; text: string[] };
      const delta = (content: string): string =>
        `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
      const chunks = stream
        ? [...text.map(delta), "data: [DONE]\n\n"]
        : [JSON.stringify({ choices: [{ message: { role: "assistant", content: text.join("") } }] })];
      const type = stream ? "text/event-stream" : "application/json";
      return { status: 200, headers: [["content-type", type]], chunks: chunks.map((chunk) => Buffer.from(chunk)) };
    });
    const proxy = pluginFilter("ai-proxy", { provider: { type: "openai", apiTokens: [PLANTED.providerKey] } });
    const listeners = Object.entries(capture).map(([name, config]) =>
      observed(
        listenerFor({
          name,
          routes: [routeFor({ name, cluster: "provider" })],
          downstream: [pluginFilter("ai-statistics", config)],
          upstream: [proxy],
        }),
      ),
    );
    const clusters = [clusterFor({ name: "provider", port: provider.port }), otlpCluster(sink.port)];
    envoy = await startEnvoy(
      { ...bootstrapFor(listeners, clusters), layered_runtime: promptSpans },
      { wasmLogLevel: "trace" },
    );
  });
  after(async () => {
    await envoy?.stop();
    await provider?.close();
    await sink?.stop();
  });

  let calls = 0;
  /** Sends a chat, and resolves with its log fields. */
  async function chat(
    listener: string,
    prompt: string,
    text: string[],
    stream = true,
  ): Promise<Record<string, unknown>> {
    const agent = `agent-${++calls}`;
    const json = { model: "gpt-4.1", stream, text, messages: [{ role: "user", content: prompt }] };
    const body = Buffer.from(JSON.stringify(json));
    const response = await send(envoy.listenerPorts[listener], {
      method: "POST",
      path: "/v1/chat/completions",
      authority: "gateway.example",
      headers: [
        ["content-type", "application/json"],
        ["content-length", String(body.length)],
        ["authorization", `Bearer ${PLANTED.clientKey}`],
        ["x-private", PLANTED.header],
        ["user-agent", agent],
      ],
      chunks: [body.subarray(0, 40), body.subarray(40)],
    });
    assert.equal(response.status, 200);
    const [{ ai }] = await fieldsOf(envoy, agent);
    await sink.wait("span", ({ type, attributes }) => type === "span" && attributes.user_agent === agent);
    return ai!;
  }

  it("by default nothing that was sent is written: access log, Envoy's log, spans, OTLP logs, stats", async () => {
    for (const stream of [true, false]) {
      const ai = await chat("none", `say ${PLANTED.prompt}`, ["it is ", PLANTED.response], stream);
      assert.ok(!("prompt" in ai) && !("response" in ai));
      const hashed = await chat("hash", `say ${PLANTED.prompt}`, ["it is ", PLANTED.response], stream);
      assert.ok(!("prompt" in hashed) && !("response" in hashed));
      // They are in `ai_log`, for access logs that have a field for it.
      const named = await chat("attributes", `say ${PLANTED.prompt}`, ["it is ", PLANTED.response], stream);
      assert.ok(!("prompt" in named) && !("response" in named));
    }
    await sink.wait("logs", ({ type }) => type === "log", 6);
    const admin = await fetch(`http://127.0.0.1:${envoy.adminPort}/stats`);
    const written = [
      ...readdirSync(envoy.folder)
        .filter((file) => file.endsWith(".log"))
        .map((file) => readFileSync(join(envoy.folder, file), "utf8")),
      JSON.stringify(sink.received),
      await admin.text(),
    ];
    assert.ok(written.join("").includes("agent-1"), "the test reads what is written");
    for (const [kind, planted] of Object.entries({ ...PLANTED, secret: SECRET }))
      for (const text of written) assert.ok(!text.includes(planted), `${kind} is in ${text.slice(0, 80)}`);
  });

  it("hash: the HMAC of each text, whether it is streamed or not", async () => {
    const hmac = (text: string): string => createHmac("sha256", SECRET).update(text).digest("hex");
    for (const stream of [true, false]) {
      const ai = await chat("hash", 'say "你好"', ["Hel", "lo\n", "👋"], stream);
      assert.equal(ai.prompt_hash, hmac('say "你好"\n'));
      assert.equal(ai.response_hash, hmac("Hello\n👋"));
    }
  });

  it("masked: matches are replaced, also where events divide them, and matches that overlap", async () => {
    const ai = await chat("masked", "my key is sk-abc123, ask ann@example.org", ["it is s", "k-ab", "c123", "!"]);
    assert.equal(ai.prompt, "my key is [masked], ask [masked]\n");
    assert.equal(ai.response, "it is [masked]!");
    const overlapping = await chat("masked", "\\ sk-b@c.d", ["x"]);
    assert.equal(overlapping.prompt, "\\ [masked]\n");
  });

  it("full: a text with its characters", async () => {
    const ai = await chat("full", 'say "你好"', ["Hel", "lo\n", "👋"]);
    assert.deepEqual([ai.prompt, ai.response], ['say "你好"\n', "Hello\n👋"]);
  });

  it("a long text is its head and tail, cut between characters", async () => {
    const ai = await chat("short", "x".repeat(100_000), ["你".repeat(1000), "好".repeat(1000)]);
    assert.equal(ai.prompt, `${"x".repeat(16)} [truncated] ${"x".repeat(15)}\n`);
    assert.equal(ai.response, `${"你".repeat(5)} [truncated] ${"好".repeat(5)}`);
  });

  it("a cut shows no part of a match", async () => {
    const text = `${"x".repeat(10)} sk-${"a".repeat(900)} ${"y".repeat(5000)} sk-${"b".repeat(900)} ${"z".repeat(4)}`;
    const ai = await chat("shortMasked", "hi", [text]);
    assert.equal(ai.response, `${"x".repeat(10)} [masked] [truncated] [masked] ${"z".repeat(4)}`);
  });

  it("texts that the VM may not hold are dropped and counted", async () => {
    const name = "wasmcustom.ai_statistics_captures_dropped_total";
    const ai = await chat("little", "x".repeat(5000), ["y"]);
    assert.deepEqual([ai.prompt, ai.response], [undefined, "y"]);
    assert.equal((await envoy.stats(name))[name], 1);
    const next = await chat("little", "small", ["y".repeat(600), "y".repeat(600)]);
    assert.deepEqual([next.prompt, next.response], [undefined, undefined]);
    assert.equal((await envoy.stats(name))[name], 3);
    // What was dropped is held no more.
    const last = await chat("little", "small", ["y".repeat(600)]);
    assert.deepEqual([last.prompt, last.response], ["small\n", "y".repeat(600)]);
  });
});
