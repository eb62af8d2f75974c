import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Connection } from "./client.ts";
import { AI_PROXY_WASM, bootstrapOf, startLanes, type FilterName, type Lane } from "./gateway.ts";
import { residentMegabytes } from "./process-cost.ts";
import { secondsUntilReady } from "./ready.ts";
import { spreadOf, type Footprint } from "./results.ts";
import { chatRequest, dashScopeEvent } from "./traffic.ts";
import { idle, serveRaw } from "./upstream.ts";

const FILTERS: FilterName[] = ["none", "ai-proxy"];
const IDLE_STREAMS = [0, 500, 2000];
const root = resolve(import.meta.dirname, "../..");

/** Measures the module's size, how long Envoy takes to be ready, and its memory while streams stand open. */
export async function measureFootprint(provider: Record<string, unknown>, rounds: number): Promise<Footprint> {
  const upstream = await serveRaw(idle(dashScopeEvent(0, "0")));
  const footprint: Footprint = {
    readySeconds: {},
    residentMegabytes: {},
    moduleBytes: statSync(join(root, AI_PROXY_WASM)).size,
  };
  try {
    for (const filter of FILTERS) {
      const lane: Lane = { name: filter, filter, provider, upstreamPort: upstream.port };
      footprint.readySeconds[filter] = spreadOf(await readyTimes(lane, rounds));
      footprint.residentMegabytes[filter] = await residentSizes(lane);
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
      // What was freed on the way is given back to the system a little later.
      await sleep(500);
      sizes[count] = residentMegabytes(envoy.pid);
    }
  } finally {
    for (const stream of streams) stream.close();
    await envoy.stop();
  }
  return sizes;
}
