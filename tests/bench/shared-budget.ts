import type { EnvoyProcess } from "../harness/envoy-process.ts";
import { withRedis } from "../harness/redis-bootstrap.ts";
import { Valkey } from "../harness/valkey.ts";
import { tokenLimits } from "./filters.ts";
import { bootstrapOf, startPinned } from "./gateway.ts";
import { serveWhole } from "./load.ts";
import { cpuMicros } from "./process-cost.ts";
import { percentilesOf, spreadOf, type SharedBudget } from "./results.ts";
import { saturate } from "./sender.ts";
import { chatRequest, openAiResponse } from "./traffic.ts";
import { timesInTurn } from "./turns.ts";

/** Requests of each store whose time is measured. */
const TIMES = 400;
/** Seconds under load in a round. */
const LOAD_SECONDS = 3;
const CONNECTIONS = 64;
const STORES = ["none", "local", "redis"] as const;
type Store = (typeof STORES)[number];

/** The clusters have the names of the lanes, and there is one `redis`. */
const laneOf = (store: Store): string => `budget-${store}`;
const request = chatRequest(1024, false);
const load = { requests: [request], connections: CONNECTIONS };
const eachStore = <T>(value: (store: Store) => T): Record<Store, T> =>
  Object.fromEntries(STORES.map((store) => [store, value(store)])) as Record<Store, T>;

/**
 * Measures ai-token-ratelimit with its counters in Envoy and in a Valkey on this machine: the time of one request at a time, and the
 * requests per second of one worker.
 */
export async function measureSharedBudget(rounds: number): Promise<SharedBudget> {
  const valkey = await Valkey.start();
  const provider = await serveWhole({ contentType: "application/json", body: openAiResponse });
  let envoy: EnvoyProcess | undefined;
  try {
    const lanes = STORES.map((store) => ({
      name: laneOf(store),
      filters: store === "none" ? [] : [tokenLimits[store]],
      upstreamPort: provider.port,
    }));
    envoy = await startPinned(withRedis(bootstrapOf(lanes), { port: valkey.port }));
    return { ...(await measureTimes(envoy)), ...(await measureThroughput(envoy, rounds)) };
  } finally {
    await envoy?.stop();
    await provider.close();
    await valkey.stop();
  }
}

/** Sends one request at a time, to each listener in turn. */
async function measureTimes({ listenerPorts }: EnvoyProcess): Promise<Pick<SharedBudget, "timeMs" | "addedMs">> {
  const times = await timesInTurn(
    eachStore((store) => listenerPorts[laneOf(store)]),
    request,
    TIMES,
  );
  return {
    timeMs: eachStore((store) => percentilesOf(times[store])),
    addedMs: percentilesOf(times.redis.map((time, i) => time - times.local[i])),
  };
}

/** Sends as many requests as Envoy responds to; `busy` is the part of its core that it used. */
async function measureThroughput(
  { listenerPorts, pid }: EnvoyProcess,
  rounds: number,
): Promise<Pick<SharedBudget, "perSecond" | "busy">> {
  const perSecond = eachStore<number[]>(() => []);
  const busy = eachStore<number[]>(() => []);
  for (const store of STORES) await saturate(listenerPorts[laneOf(store)], load, 1);
  for (let round = 0; round < rounds; round++)
    for (const store of STORES) {
      const begun = performance.now();
      const before = cpuMicros(pid);
      const served = await saturate(listenerPorts[laneOf(store)], load, LOAD_SECONDS);
      const milliseconds = performance.now() - begun;
      perSecond[store].push((served * 1000) / milliseconds);
      busy[store].push((cpuMicros(pid) - before) / 1000 / milliseconds);
    }
  return {
    perSecond: eachStore((store) => spreadOf(perSecond[store])),
    busy: eachStore((store) => spreadOf(busy[store])),
  };
}
