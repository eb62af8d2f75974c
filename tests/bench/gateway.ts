import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter, type EnvoyConfig } from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { pin } from "./process-cost.ts";

/** What stands in front of the router: nothing, a filter that does nothing, or ai-proxy. */
export type FilterName = "none" | "noop" | "ai-proxy";

/** One listener of the gateway under test. */
export interface Lane {
  name: string;
  filter: FilterName;
  /** ai-proxy's configuration. */
  provider?: Record<string, unknown>;
  upstreamPort: number;
}

/** Where the do-nothing filter is compiled to. */
export const NOOP_WASM = "build/bench/noop.wasm";
/** The module under test; WASM= names another build of it, to compare. */
export const AI_PROXY_WASM = process.env.WASM || "build/ai-proxy.wasm";

/** Envoy's own limits, 1,024 each, are less than the idle streams that are held open here. */
const MANY = { max_connections: 10_000, max_pending_requests: 10_000, max_requests: 10_000 };

/** The core of Envoy, and that of everything else. */
export const ENVOY_CORE = 0;
export const OTHER_CORE = 1;

/** The bootstrap of an Envoy with a listener per lane. */
export function bootstrapOf(lanes: Lane[]): EnvoyConfig {
  const listeners = lanes.map((lane) =>
    listenerFor({
      name: lane.name,
      routes: [routeFor({ name: lane.name, cluster: lane.name })],
      downstream: filtersOf(lane),
    }),
  );
  const clusters = lanes.map(({ name, upstreamPort }) => ({
    ...clusterFor({ name, port: upstreamPort }),
    circuit_breakers: { thresholds: [MANY] },
  }));
  return bootstrapFor(listeners, clusters);
}

/** Starts one Envoy with a listener per lane and one worker, pinned to a core of its own. */
export async function startLanes(lanes: Lane[]): Promise<EnvoyProcess> {
  const envoy = await startEnvoy(bootstrapOf(lanes), { logLevel: "error", wasmLogLevel: "warn", concurrency: 1 });
  pin(envoy.pid, ENVOY_CORE);
  return envoy;
}

function filtersOf({ filter, provider }: Lane): EnvoyConfig[] {
  if (filter === "none") return [];
  if (filter === "noop") return [wasmFilter({ plugin: "noop", wasm: NOOP_WASM, configuration: "{}" })];
  const configuration = JSON.stringify({ provider });
  return [wasmFilter({ plugin: "ai-proxy", wasm: AI_PROXY_WASM, configuration })];
}
