import type { EnvoyProcess } from "../harness/envoy-process.ts";
import { withRedis } from "../harness/redis-bootstrap.ts";
import { Valkey } from "../harness/valkey.ts";
import { caches } from "./filters.ts";
import { bootstrapOf, startPinned } from "./gateway.ts";
import { serveWhole } from "./load.ts";
import { costOf, measureOnce, measureRounds } from "./measure.ts";
import { percentilesOf, type SharedCache } from "./results.ts";
import { chatRequest, openAiResponse, withHeader } from "./traffic.ts";
import { timesInTurn } from "./turns.ts";

/** Requests of each lane whose time is measured. */
const TIMES = 400;
const CONNECTIONS = 64;
const LANES = ["none", "memory", "redis"] as const;
type Lane = (typeof LANES)[number];

/** There is a cluster `redis`. */
const nameOf = (lane: Lane): string => `cache-${lane}`;
const request = chatRequest(1024, false);
/** A request that is not a hit fails the run. */
const hit = withHeader(request, "cache-control: only-if-cached");
const eachLane = <T>(value: (lane: Lane) => T): Record<Lane, T> =>
  Object.fromEntries(LANES.map((lane) => [lane, value(lane)])) as Record<Lane, T>;

/**
 * Measures hits of ai-cache with its responses in Envoy and in a Valkey on this machine, beside a response of the same size that Envoy
 * itself sends: the time of one request at a time, and Envoy's CPU time.
 */
export async function measureSharedCache(rounds: number): Promise<SharedCache> {
  const direct = { contentType: "application/json", body: openAiResponse };
  const valkey = await Valkey.start();
  const upstream = await serveWhole(direct);
  const lanes = LANES.map((lane) => ({
    name: nameOf(lane),
    filters: lane === "none" ? [] : [caches[lane]],
    upstreamPort: upstream.port,
    direct,
  }));
  try {
    const start = (): Promise<EnvoyProcess> => startPinned(withRedis(bootstrapOf(lanes), { port: valkey.port }));
    return { ...(await measureTimes(start)), ...(await measureWork(start, rounds)) };
  } finally {
    await upstream.close();
    await valkey.stop();
  }
}

/** Starts an Envoy, stores the response in each lane, and measures. */
async function measureHits<T>(
  start: () => Promise<EnvoyProcess>,
  measure: (ports: Record<Lane, number>, pid: number) => Promise<T>,
): Promise<T> {
  const envoy = await start();
  try {
    const ports = eachLane((lane) => envoy.listenerPorts[nameOf(lane)]);
    await timesInTurn(ports, request, 1);
    return await measure(ports, envoy.pid);
  } finally {
    await envoy.stop();
  }
}

async function measureTimes(start: () => Promise<EnvoyProcess>): Promise<Pick<SharedCache, "timeMs" | "addedMs">> {
  const times = await measureHits(start, (ports) => timesInTurn(ports, hit, TIMES));
  const added = (lane: Lane): number[] => times[lane].map((time, i) => time - times.none[i]);
  return {
    timeMs: eachLane((lane) => percentilesOf(times[lane])),
    addedMs: { memory: percentilesOf(added("memory")), redis: percentilesOf(added("redis")) },
  };
}

async function measureWork(
  start: () => Promise<EnvoyProcess>,
  count: number,
): Promise<Pick<SharedCache, "micros" | "ratio">> {
  const job = { id: "cache-redis", request: hit, connections: CONNECTIONS, requests: 0, events: 0 };
  const once = (ports: Record<Lane, number>, pid: number) => measureOnce(job, ports, pid);
  const rounds = await measureRounds(LANES, count, () => measureHits(start, once));
  const costs = eachLane((lane) => costOf(rounds[lane], rounds.none));
  return { micros: eachLane((lane) => costs[lane].micros), ratio: eachLane((lane) => costs[lane].ratio) };
}
