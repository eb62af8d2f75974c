import {
  bootstrapFor,
  clusterFor,
  listenerFor,
  routeFor,
  type EnvoyConfig,
  type RouteOptions,
} from "../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import type { WholeResponse } from "./load.ts";
import { pin } from "./process-cost.ts";
import { virtualHosts, type Routes } from "./routes.ts";

/** One listener of the gateway under test. */
export interface Lane {
  name: string;
  /** The filters, in their order; absent: none. */
  filters?: EnvoyConfig[];
  upstreamPort: number;
  /** Routes with a configuration each; absent: one route without. */
  routes?: Routes;
  /** What Envoy itself responds, in the place of the upstream, if there are no filters: to compare it with what filters respond. */
  direct?: WholeResponse;
  /** Whether the filters are in the router's chain. */
  isUpstream?: boolean;
}

/** Envoy's default limits, 1,024 each, are below the number of idle streams here. */
const MANY = { max_connections: 10_000, max_pending_requests: 10_000, max_requests: 10_000 };

/** The core of Envoy, and the core of all other processes. */
export const ENVOY_CORE = 0;
export const OTHER_CORE = 1;

const directOf = ({ contentType, body }: WholeResponse): NonNullable<RouteOptions["direct"]> => ({
  ...{ status: 200, headers: { "content-type": contentType }, body },
});

/** Waits for whole requests, as filters that read them do: Envoy closes the connection if it responds to a part of one. */
const wholeRequests: EnvoyConfig = {
  name: "envoy.filters.http.buffer",
  typed_config: {
    "@type": "type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer",
    max_request_bytes: 1 << 20,
  },
};

/** The bootstrap of an Envoy with a listener per lane. */
export function bootstrapOf(lanes: Lane[]): EnvoyConfig {
  const listeners = lanes.map(({ name, filters = [], routes, direct, isUpstream = false }) => {
    const own = direct && !filters.length ? direct : null;
    return listenerFor({
      name,
      routes: [routeFor({ name, cluster: name, ...(own ? { direct: directOf(own) } : {}) })],
      ...(routes ? { virtualHosts: virtualHosts(name, routes) } : {}),
      [isUpstream ? "upstream" : "downstream"]: own ? [wholeRequests] : filters,
    });
  });
  const clusters = lanes.map(({ name, upstreamPort }) => ({
    ...clusterFor({ name, port: upstreamPort }),
    circuit_breakers: { thresholds: [MANY] },
  }));
  return bootstrapFor(listeners, clusters);
}

/** Starts one Envoy with a listener per lane. */
export const startLanes = (lanes: Lane[]): Promise<EnvoyProcess> => startPinned(bootstrapOf(lanes));

/** Starts one Envoy with one worker, pinned to its own core. */
export async function startPinned(bootstrap: EnvoyConfig): Promise<EnvoyProcess> {
  const envoy = await startEnvoy(bootstrap, { logLevel: "error", wasmLogLevel: "warn", concurrency: 1 });
  pin(envoy.pid, ENVOY_CORE);
  return envoy;
}
