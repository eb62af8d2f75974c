import { statSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Connection } from "./client.ts";
import { aiProxies, moduleOf } from "./filters.ts";
import { bootstrapOf, startLanes, type Lane } from "./gateway.ts";
import { residentMegabytes } from "./process-cost.ts";
import { secondsUntilReady } from "./ready.ts";
import { spreadOf, type Footprint } from "./results.ts";
import { chatRequest, dashScopeEvent } from "./traffic.ts";
import { idle, serveRaw } from "./upstream.ts";
import { qwen } from "./work.ts";

const FILTERS = { none: undefined, "ai-proxy": aiProxies(qwen).plugin };
const IDLE_STREAMS = [0, 500, 2000];
const root = resolve(import.meta.dirname, "../..");

/** Measures the module's size, the time until Envoy is ready, and its memory with open streams. */
export async function measureFootprint(rounds: number): Promise<Footprint> {
  const upstream = await serveRaw(idle(dashScopeEvent(0, "0")));
  const footprint: Footprint = {
    readySeconds: {},
    residentMegabytes: {},
    moduleBytes: statSync(resolve(root, moduleOf("ai-proxy"))).size,
  };
  try {
    for (const [name, filter] of Object.entries(FILTERS)) {
      const lane: Lane = { name, filters: filter ? [filter] : [], upstreamPort: upstream.port };
      footprint.readySeconds[name] = spreadOf(await readyTimes(lane, rounds));
      footprint.residentMegabytes[name] = await residentSizes(lane);
    }
  } finally {
    await upstream.close();
  }
  return footprint;
}

async function readyTimes(lane: Lane, rounds: number): Promise<number[]> {
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    seconds.push(await secondsUntilReady(bootstrapOf([lane])));
  }
  return seconds;
}

async function residentSizes(lane: Lane): Promise<Record<string, number>> {
  const envoy = await startLanes([lane]);
  const streams: Connection[] = [];
  const sizes: Record<string, number> = {};
  const request = chatRequest(1024, true);
  try {
    for (const count of IDLE_STREAMS) {
      while (streams.length < count) {
        const more = Math.min(50, count - streams.length);
        const opened = await Promise.all(
          Array.from({ length: more }, () => Connection.open(envoy.listenerPorts[lane.name])),
        );
        streams.push(...opened);
        await Promise.all(opened.map((connection) => connection.begin(request)));
      }
      // Freed memory is returned to the system a little later.
      await sleep(500);
      sizes[count] = residentMegabytes(envoy.pid);
    }
  } finally {
    for (const stream of streams) stream.close();
    await envoy.stop();
  }
  return sizes;
}
