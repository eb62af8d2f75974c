// SPDX-License-Identifier: Apache-2.0
import type { Position } from "../harness/positions.ts";
import type { HostCluster } from "./clusters.ts";
import type { HostRoute } from "./routes.ts";

/** The surroundings of a stream. */
export interface StreamOptions {
  /** Default: before the router. */
  position?: Position;
  /** Default: one route named `default` to the cluster `upstream`. */
  routes?: HostRoute[];
  /** Clusters that have metadata, refuse connections or are aggregates; any other accepts and answers. */
  clusters?: HostCluster[];
  /** Default: Envoy's own, 1 MiB. */
  bufferLimitBytes?: number;
  /** The client, or the provider, speaks HTTP/2. */
  downstreamHttp2?: boolean;
  upstreamHttp2?: boolean;
  /** `allow_on_headers_stop_iteration`, default true. */
  holdsHeaders?: boolean;
}

/** The same with every default filled in. */
export type StreamSettings = Required<StreamOptions>;

const DEFAULTS: StreamSettings = {
  position: "downstream",
  routes: [{ name: "default", match: { prefix: "/" }, cluster: "upstream" }],
  clusters: [],
  bufferLimitBytes: 1024 * 1024,
  downstreamHttp2: false,
  upstreamHttp2: false,
  holdsHeaders: true,
};

/** Fills in the defaults. */
export const settingsOf = (options: StreamOptions): StreamSettings => ({ ...DEFAULTS, ...options });
