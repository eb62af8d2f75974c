// SPDX-License-Identifier: Apache-2.0
// What ai-statistics says of requests on which other plugins act: cut by a limiter, sent again by `fallback`, or without usage.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import {
  aggregateFor,
  bootstrapFor,
  clusterFor,
  listenerFor,
  routeFor,
  type EnvoyConfig,
} from "../harness/bootstrap.ts";
import { readAiLog } from "../harness/ai-log.ts";
import { cors, pluginFilter, refreshRoute } from "../harness/chain-filters.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { setRoute, tombstoneMetadata, tombstoneReply } from "../harness/fallback-set.ts";
import { send, type SendOptions } from "../harness/http-client.ts";
import { Scrape } from "../harness/scrape.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { ProviderReply, ProviderRequest } from "../providers/types.ts";

const WORDS = "The committee will meet again on Thursday to decide. ";
const COUNT = 10;

/** A stream without usage that ends with the client. */
function reply({ body }: ProviderRequest): ProviderReply {
  const { model, stream } = JSON.parse(body.toString()) as { model: string; stream?: boolean };
  if (stream) {
    const piece = { id: "chatcmpl-s", model, choices: [{ index: 0, delta: { content: WORDS }, finish_reason: null }] };
    const chunks = Array.from({ length: COUNT }, () => Buffer.from(`data: ${JSON.stringify(piece)}\n\n`));
    return { status: 200, headers: [["content-type", "text/event-stream"]], chunks, delayMs: 2, end: "hang" };
  }
  const message = { role: "assistant", content: "served" };
  const usage = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };
  const json = { id: "chatcmpl-w", model, choices: [{ index: 0, finish_reason: "stop", message }], usage };
  return { status: 200, headers: [["content-type", "application/json"]], chunks: [Buffer.from(JSON.stringify(json))] };
}

const failing: ProviderReply = {
  status: 503,
  headers: [["content-type", "application/json"]],
  chunks: [Buffer.from('{"error":{"message":"overloaded"}}')],
};
const shipped = parse(
  readFileSync(resolve(import.meta.dirname, "../../envoy/ai-statistics.yaml"), "utf8"),
) as EnvoyConfig;
const statistics = (config: object = {}): EnvoyConfig => pluginFilter("ai-statistics", config);
const attributes = ["question", "answer"].map((key) => ({ key, apply_to_log: true }));

interface Line {
  agent: string;
  ai: Record<string, unknown>;
  ai_log: string;
  attempts: number;
}

describe("ai-statistics behind other plugins", () => {
  let envoy: EnvoyProcess;
  let scrape: Scrape;
  const mocks: Record<string, RunningServer> = {};

  before(async () => {
    for (const [name, handle] of Object.entries({ good: reply, bad: () => failing, tombstone: () => tombstoneReply }))
      mocks[name] = await serve(handle);
    const accessLog = {
      path: "%TMP%/lines.log",
      fields: {
        agent: "%REQ(USER-AGENT)%",
        ai: "%TYPED_CEL(filter_state['wasm.ai_fields'])%",
        ai_log: "%FILTER_STATE(wasm.ai_log:PLAIN)%",
        attempts: "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
      },
    };
    const listener = (name: string, downstream: EnvoyConfig[]): EnvoyConfig =>
      listenerFor({ name, routes: [routeFor({ name, cluster: "good" })], downstream, accessLog });
    const limit = pluginFilter("ai-token-ratelimit", {
      rule_name: "cut",
      rule_items: [{ limit_by_per_header: "user-agent", limit_keys: [{ key: "*", token_per_hour: 40 }] }],
      cut_stream: true,
    });
    const providers = ["dead", "bad", "good"].map((id) => ({ type: "openai", apiTokens: ["sk-test"], id }));
    const policy = { fallback: { targets: ["bad", "good"].map((name) => ({ name, model: name })), cooldown: "0s" } };
    const config = bootstrapFor(
      [
        listener("cut", [limit, statistics()]),
        listener("estimated", [statistics({ estimate_usage: true, prices: { "*": { input: 1, output: 1 } } })]),
        listener("older", [statistics({ semconv: "1.3x" })]),
        listener("latest", [statistics({ semconv: "latest" })]),
        listenerFor({
          name: "fallback",
          routes: ["dead", "bad", "good"].map((id) =>
            routeFor(setRoute(id, id, { "ai-proxy": { activeProviderId: id }, ...(id === "dead" ? policy : {}) })),
          ),
          downstream: [
            ...[pluginFilter("model-router"), cors, pluginFilter("fallback"), refreshRoute],
            statistics({ attributes }),
          ],
          upstream: [pluginFilter("fallback"), pluginFilter("ai-proxy", { providers, activeProviderId: "good" })],
          accessLog,
        }),
      ],
      [
        ...["good", "bad"].map((name) => clusterFor({ name, port: mocks[name].port })),
        clusterFor({ name: "dead", port: 1 }),
        clusterFor({ name: "tombstone", port: mocks.tombstone.port, endpointMetadata: tombstoneMetadata }),
        ...["dead", "bad", "good"].map((name) => aggregateFor(`${name}-set`, [name, "tombstone"])),
      ],
    );
    envoy = await startEnvoy({ ...config, stats_config: shipped.stats_config, stats_flush_interval: "0.5s" });
    scrape = new Scrape(envoy.adminPort);
  });
  after(async () => {
    await envoy?.stop();
    for (const mock of Object.values(mocks)) await mock.close();
  });

  let asked = 0;

  /** Sends a chat. Returns its lines of the access log, one for each pass. */
  async function linesOf(listener: string, body: object, count = 1, options: SendOptions = {}): Promise<Line[]> {
    const agent = `agent-${++asked}`;
    const bytes = Buffer.from(JSON.stringify({ messages: [{ role: "user", content: "Who decides?" }], ...body }));
    const headers: [string, string][] = [
      ["content-type", "application/json"],
      ["content-length", String(bytes.length)],
      ["user-agent", agent],
      ["x-agent-session", `session-of-${agent}`],
    ];
    const request = { method: "POST", path: "/v1/chat/completions", authority: "gateway.example", headers };
    await send(envoy.listenerPorts[listener], { ...request, chunks: [bytes] }, options);
    for (let waits = 0; waits < 400; waits++, await sleep(25)) {
      const text = readFileSync(join(envoy.folder, "lines.log"), "utf8").split("\n").filter(Boolean);
      const lines = text.map((line) => JSON.parse(line) as Line).filter((line) => line.agent === agent);
      if (lines.length >= count) return lines;
    }
    return assert.fail(`the access log lacks lines of ${agent}`);
  }

  it("a stream that a limiter cuts has the end reason cut, and no error", async () => {
    const leaveWhen = (body: Buffer): boolean => body.includes("[DONE]");
    for (const options of [{}, { leaveWhen }] as SendOptions[]) {
      const [{ ai }] = await linesOf("cut", { model: "m", stream: true }, 1, options);
      assert.deepEqual([ai.end_reason, ai.error_type, ai.stream], ["cut", undefined, true]);
    }
  });

  it("usage that nobody reports is estimated up to where the client left, and counted", async () => {
    let sum = 0;
    let before = 0;
    for (let point = 1; point <= COUNT; point += 3) {
      const leaveWhen = (body: Buffer): boolean => body.toString().split(WORDS).length > point;
      const [{ ai }] = await linesOf("estimated", { model: "m", stream: true }, 1, { leaveWhen });
      assert.deepEqual(
        [ai.usage_source, ai.end_reason, ai.session_id],
        ["estimate", "client_gone", `session-of-agent-${asked}`],
      );
      const [input, output] = [Number(ai.input_tokens), Number(ai.output_tokens)];
      assert.ok(input > 3 && input < 16 && output > before, JSON.stringify(ai));
      assert.equal(ai.cost, (input + output) / 1e6);
      before = output;
      sum += input + output;
    }
    await scrape.until("ai_statistics_tokens_estimated_total", { route: "estimated" }, sum);
    const [{ ai }] = await linesOf("estimated", { model: "m" });
    assert.deepEqual([ai.usage_source, ai.input_tokens, ai.output_tokens], ["provider", 5, 7]);
    assert.deepEqual([ai.response_id, ai.finish_reason], ["chatcmpl-w", "stop"]);
  });

  it("each pass of a request has its own attributes, and its own count of attempts", async () => {
    const lines = await linesOf("fallback", { model: "dead" }, 3);
    assert.deepEqual(
      lines.map(({ ai, attempts }) => [ai.request_model, ai.end_reason, attempts]),
      // Of the first pass: the connection that was refused, and the tombstone.
      [
        ["dead", "redirected", 2],
        ["bad", "redirected", 1],
        ["good", "finished", 1],
      ],
    );
    const logs = lines.map(({ ai_log }) => readAiLog(ai_log));
    assert.deepEqual(
      logs.map(({ question, answer, input_token }) => [question, answer, input_token]),
      [
        ["Who decides?", undefined, undefined],
        ["Who decides?", undefined, undefined],
        ["Who decides?", "served", 5],
      ],
    );
    assert.deepEqual(
      logs.map(({ session_id, chat_round }) => [session_id, chat_round]),
      lines.map(({ agent }) => [`session-of-${agent}`, 1]),
    );
  });

  it("semconv selects the names of one generation", async () => {
    for (const route of ["older", "latest"]) {
      await linesOf(route, { model: "m" });
      await scrape.until("ai_statistics_requests_total", { route }, 1);
    }
    const names = { older: "gen_ai_server_request_duration", latest: "gen_ai_client_inference_duration" };
    for (const [route, name] of Object.entries(names)) {
      await scrape.until(`${name}_milliseconds_count`, { route }, 1);
      const other = route === "older" ? "latest" : "older";
      assert.ok(Number.isNaN(await scrape.value(`${name}_milliseconds_count`, { route: other })), other);
    }
    const count = (route: string, name: string): Promise<number> => scrape.value(`gen_ai_client_${name}`, { route });
    assert.equal(await count("older", "token_usage_count"), 2);
    assert.equal(await count("latest", "token_usage_count"), NaN);
    assert.equal(await count("older", "inference_usage_input_tokens"), NaN);
    assert.equal(await count("latest", "inference_usage_input_tokens"), 5);
  });
});
