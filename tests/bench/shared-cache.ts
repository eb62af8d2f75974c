import type { EnvoyProcess } from "../harness/envoy-process.ts";
import { withRedis } from "../harness/redis-bootstrap.ts";
import { Valkey } from "../harness/valkey.ts";
import { caches } from "./filters.ts";
import { bootstrapOf, startPinned } from "./gateway.ts";
import { serveWhole } from "./load.ts";
import { costOf, measureRounds } from "./measure.ts";
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
  let envoy: EnvoyProcess | undefined;
  try {
    const lanes = LANES.map((lane) => ({
      name: nameOf(lane),
      filters: lane === "none" ? [] : [caches[lane]],
      upstreamPort: upstream.port,
      direct,
    }));
    envoy = await startPinned(withRedis(bootstrapOf(lanes), { port: valkey.port }));
    const { listenerPorts, pid } = envoy;
    const ports = eachLane((lane) => listenerPorts[nameOf(lane)]);
    // The first of these is stored.
    await timesInTurn(ports, request, 1);
    const times = await timesInTurn(ports, hit, TIMES);
    const added = (lane: Lane): number[] => times[lane].map((time, i) => time - times.none[i]);
    return {
      timeMs: eachLane((lane) => percentilesOf(times[lane])),
      addedMs: { memory: percentilesOf(added("memory")), redis: percentilesOf(added("redis")) },
      ...(await measureWork(ports, pid, rounds)),
    };
  } finally {
    await envoy?.stop();
    await upstream.close();
    await valkey.stop();
  }
}

async function measureWork(
  ports: Record<Lane, number>,
  pid: number,
  rounds: number,
): Promise<Pick<SharedCache, "micros" | "ratio">> {
  const job = { id: "cache-redis", request: hit, connections: CONNECTIONS, requests: 0, events: 0 };
  const results = await measureRounds(job, ports, pid, rounds);
  const costs = eachLane((lane) => costOf(results[lane], results.none));
  return { micros: eachLane((lane) => costs[lane].micros), ratio: eachLane((lane) => costs[lane].ratio) };
}
