// SPDX-License-Identifier: Apache-2.0
// examples/observability/envoy.yaml in a real Envoy before two mock servers, and the requests that give every metric a value.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Bootstrap } from "../../tools/gateway/bootstrap.ts";
import { managerOf, startFailover, type FailoverGateway } from "../harness/failover.ts";
import type { Failure, Script } from "../providers/scripted.ts";
import { vllmDialect } from "../providers/vllm.ts";

/** The folder of the example. */
export const EXAMPLE = new URL("../../examples/observability/", import.meta.url);

const CHAT_APP = "YOUR_KEY_FOR_CHAT_APP";
const BATCH_JOB = "YOUR_KEY_FOR_BATCH_JOB";
const ASKED = "deepseek-r1";
const STANDBY = "qwq-32b";
/** Questions to which the mock servers end their stream too early: the connection breaks off, or the response ends without `[DONE]`. */
const BREAK_OFF = "Break off.";
const END_EARLY = "End early.";
/** A question whose response says that a cache was read and written. */
const CACHED = "Read the cache.";
const LIMITED_KEY: Failure = { status: 429, headers: [["retry-after", "1"]] };

/** Starts the example; targets have no cooldown, so that each request meets the failures that a test sets. */
export function startObserved(): Promise<FailoverGateway> {
  const vllm = vllmDialect();
  const server: typeof vllm = {
    ...vllm,
    handle(request) {
      const reply = { ...vllm.handle(request), delayMs: 5 };
      if (request.body.includes(CACHED)) return { ...reply, chunks: reply.chunks.map(withCachedTokens) };
      const beginning = { ...reply, chunks: reply.chunks.slice(0, 3) };
      if (request.body.includes(END_EARLY)) return beginning;
      return request.body.includes(BREAK_OFF) ? { ...beginning, end: "cut" } : reply;
    },
  };
  const bootstrap = parse(readFileSync(new URL("envoy.yaml", EXAMPLE), "utf8")) as Bootstrap;
  const servers = { [ASKED]: server, [STANDBY]: server };
  return startFailover({ bootstrap, servers, fallback: { cooldown: "1s" }, change });
}

function withCachedTokens(chunk: Buffer): Buffer {
  const body = JSON.parse(chunk.toString()) as { usage: Record<string, unknown> };
  body.usage.prompt_tokens_details = { cached_tokens: 4, cache_write_tokens: 2 };
  return Buffer.from(JSON.stringify(body));
}

function change(bootstrap: Bootstrap): void {
  // Histograms are merged when Envoy flushes its stats.
  Object.assign(bootstrap, { stats_flush_interval: "0.5s" });
  addLimiterWithoutStore(bootstrap);
}

/** A limiter whose Redis is not there, so that its counter of failures has a value. */
function addLimiterWithoutStore(bootstrap: Bootstrap): void {
  const { http_filters } = managerOf(bootstrap);
  const at = http_filters.findIndex(({ name }) => name === "ai-token-ratelimit");
  const lost = structuredClone(http_filters[at]);
  lost.name = "ai-token-ratelimit-lost";
  const redis = { service_name: "redis.static", cluster: "missing" };
  const limit = { rule_name: "lost", global_threshold: { token_per_day: 1_000_000 }, redis };
  lost.typed_config.config!.configuration.value = JSON.stringify(limit);
  http_filters.splice(at, 0, lost);
}

interface Call {
  model?: string;
  text?: string;
  stream?: boolean;
  key?: string;
  /** The client leaves after the first chunk of the response. */
  leaves?: boolean;
}

/** Sends every kind of request once: chats and streams, errors, a consumer above its limit, fallbacks, failed API keys, a client that leaves. */
export async function sendTraffic(gateway: FailoverGateway): Promise<void> {
  const ask = (call: Call): Promise<number> => send(gateway, call);
  const failing = async (
    failures: Partial<Record<typeof ASKED | typeof STANDBY, Failure | Script>>,
    call: Call,
  ): Promise<number> => {
    const all = [gateway.servers[ASKED], gateway.servers[STANDBY]];
    await Promise.all(all.map((server, i) => server.failWith(failures[i === 0 ? ASKED : STANDBY])));
    const status = await ask(call);
    await Promise.all(all.map((server) => server.failWith(undefined)));
    return status;
  };
  const statuses = [
    // Of two keys one is refused, and tried again in the next round.
    await failing({ [ASKED]: (index) => (index === 0 ? LIMITED_KEY : undefined) }, { model: ASKED }),
    await ask({ model: STANDBY }),
    await ask({ model: STANDBY, text: CACHED }),
    await ask({ model: STANDBY, stream: true }),
    await ask({ model: STANDBY, stream: true, text: BREAK_OFF }),
    await ask({ model: STANDBY, stream: true, text: END_EARLY }),
    await ask({ model: STANDBY, stream: true, leaves: true }),
    await ask({ model: "made-up" }),
    await ask({ key: "none" }),
    await failing({ [STANDBY]: { status: 500 } }, { model: STANDBY }),
    await failing({ [ASKED]: { status: 503 } }, { model: ASKED, stream: true }),
    await failing({ [ASKED]: { status: 503 }, [STANDBY]: { status: 503 } }, { model: ASKED }),
  ];
  assert.deepEqual(statuses, [200, 200, 200, 200, 200, 200, 200, 404, 401, 500, 200, 503]);
  const limited: number[] = [];
  for (let i = 0; i < 8; i++) limited.push(await ask({ key: BATCH_JOB }));
  assert.ok(limited.includes(429), limited.join(" "));
}

async function send({ baseUrl }: FailoverGateway, call: Call): Promise<number> {
  const { model = STANDBY, text = "Hello!", stream = false, key = CHAT_APP, leaves = false } = call;
  const abort = new AbortController();
  const options = stream ? { stream, stream_options: { include_usage: true } } : {};
  const response = await fetch(`${baseUrl}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body: JSON.stringify({ model, messages: [{ role: "user", content: text }], ...options }),
    signal: abort.signal,
  });
  if (leaves) {
    await response.body!.getReader().read();
    abort.abort();
  } else await response.text().catch(() => "");
  return response.status;
}
