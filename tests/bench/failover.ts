import { APP_KEY, configureRoute, failoverBootstrap, managerOf } from "../harness/failover.ts";
import type { EnvoyProcess } from "../harness/envoy-process.ts";
import type { Bootstrap } from "../../tools/gateway/bootstrap.ts";
import { leadToLoopback } from "../../tools/gateway/config.ts";
import { Connection, post } from "./client.ts";
import { startPinned } from "./gateway.ts";
import { serve, type Served } from "./load.ts";
import { costOf, measureOnce, measureRounds } from "./measure.ts";
import { percentilesOf, type Failover, type Spread } from "./results.ts";
import { openAiEnding, openAiEvent, openAiResponse } from "./traffic.ts";
import { refusing, type Upstream } from "./upstream.ts";
import type { Job } from "./job.ts";

/** Requests of each kind whose time to the first token is measured. */
const TIMES = 200;
const EVENTS = 200;
const WITHOUT = "without";
const WITH = "gateway";

const streaming = { count: EVENTS, intervalMs: 5, event: openAiEvent, ending: openAiEnding };
const atOnce = { count: 2, intervalMs: 0, event: openAiEvent, ending: openAiEnding };
const chatResponse = { contentType: "application/json", body: openAiResponse };
const failing = refusing("429 Too Many Requests", '{"error":{"message":"Slow down.","type":"requests"}}');
const chat = (model: string, stream: boolean): Buffer => {
  const messages = [{ role: "user", content: "The quick brown fox jumps over the lazy dog. ".repeat(20) }];
  return post("/v1/chat/completions", JSON.stringify({ model, stream, messages }), `Bearer ${APP_KEY}`);
};

/** Work that needs no fallback: through the chain with it, and through the same one without. */
const jobs: [title: string, unit: "event" | "request", job: Job][] = [
  ["event of a stream", "event", jobOf(true, { connections: 50, requests: 50, events: EVENTS, respond: streaming })],
  ["chat, 1 KB", "request", jobOf(false, { connections: 64, requests: 0, events: 0, respond: chatResponse })],
];

function jobOf(stream: boolean, job: Pick<Job, "connections" | "requests" | "events" | "respond">): Job {
  return { id: "fallback", title: "", filters: {}, request: chat("deepseek-r1", stream), ...job };
}

/** Measures examples/model-failover: what `fallback` costs where it is not needed, and how much later a fallback's first token is. */
export async function measureFailover(rounds: number): Promise<Failover> {
  const armed: Failover["armed"] = [];
  for (const [title, unit, job] of jobs) armed.push({ title, unit, ...(await measureArmed(job, rounds)) });
  return {
    armed,
    firstToken: [
      { title: "the first target answers 429", ...(await measureFirstToken(failing)) },
      { title: "the first target refuses the connection", ...(await measureFirstToken(null)) },
    ],
  };
}

async function measureArmed(job: Job, rounds: number): Promise<{ micros: Spread; ratio: Spread }> {
  const results = await measureRounds([WITHOUT, WITH], rounds, () =>
    withGateway({ qwq: job.respond, deepseek: job.respond }, ({ pid, listenerPorts }) =>
      measureOnce(job, { [WITHOUT]: listenerPorts[WITHOUT], [WITH]: listenerPorts[WITH] }, pid),
    ),
  );
  return {
    micros: costOf(results[WITHOUT], results[WITHOUT]).micros,
    ratio: costOf(results[WITH], results[WITHOUT]).ratio,
  };
}

/** Calls qwq-32b directly and by a fallback, in turn; null: nobody listens in the place of deepseek-r1. */
async function measureFirstToken(deepseek: Served | null): Promise<{ directMs: Spread; addedMs: Spread }> {
  return withGateway({ qwq: atOnce, deepseek }, async ({ listenerPorts }) => {
    const connection = await Connection.open(listenerPorts[WITH]);
    const time = async (request: Buffer): Promise<number> => {
      const started = performance.now();
      let firstMs = 0;
      await connection.exchange(request, (data) => {
        if (!firstMs && data.includes("data:")) firstMs = performance.now() - started;
      });
      return firstMs;
    };
    const direct: number[] = [];
    const added: number[] = [];
    for (let i = -20; i < TIMES; i++) {
      const directMs = await time(chat("qwq-32b", true));
      const fallbackMs = await time(chat("deepseek-r1", true));
      if (i < 0) continue;
      direct.push(directMs);
      added.push(fallbackMs - directMs);
    }
    connection.close();
    return { directMs: percentilesOf(direct), addedMs: percentilesOf(added) };
  });
}

/** Runs the example with these servers, and with a second listener `without` that lacks the plugin. */
async function withGateway<T>(
  respond: { qwq: Served; deepseek: Served | null },
  run: (envoy: EnvoyProcess) => Promise<T>,
): Promise<T> {
  const qwq = await serve(respond.qwq);
  const deepseek = await serve(respond.deepseek ?? respond.qwq);
  if (!respond.deepseek) await deepseek.close();
  let envoy: EnvoyProcess | undefined;
  try {
    envoy = await startPinned(bootstrapOf(qwq, deepseek) as unknown as Record<string, unknown>);
    return await run(envoy);
  } finally {
    await envoy?.stop();
    await qwq.close();
    if (respond.deepseek) await deepseek.close();
  }
}

function bootstrapOf(qwq: Upstream, deepseek: Upstream): Bootstrap {
  const bootstrap = failoverBootstrap();
  const { listeners, clusters } = bootstrap.static_resources;
  for (const cluster of clusters) {
    if (cluster.name === "qwq-32b") leadToLoopback(cluster, qwq.port);
    if (cluster.name === "deepseek-r1") leadToLoopback(cluster, deepseek.port);
  }
  // Every request meets the failure.
  configureRoute(bootstrap, "my-deepseek-r1", "fallback", { cooldown: "0s" });
  // More tokens than the example's budget.
  configureRoute(bootstrap, "my-deepseek-r1", "ai-token-ratelimit", { _disable_: true });
  const manager = managerOf(bootstrap) as { access_log?: unknown };
  delete manager.access_log;
  const plain = structuredClone(bootstrap);
  const { http_filters } = managerOf(plain);
  const router = http_filters.at(-1)!.typed_config;
  router.upstream_http_filters = router.upstream_http_filters!.filter(({ name }) => name !== "fallback");
  managerOf(plain).http_filters = http_filters.filter(({ name }) => name !== "fallback");
  listeners.push({ ...plain.static_resources.listeners[0], name: WITHOUT });
  return bootstrap;
}
