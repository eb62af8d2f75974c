import type { EnvoyConfig } from "../harness/bootstrap.ts";
import type { WholeResponse } from "./load.ts";
import type { Routes } from "./routes.ts";
import type { Pace } from "./upstream.ts";

/** One kind of work, before it is measured. */
export interface Job {
  id: string;
  title: string;
  request: Buffer;
  /** A request that is sent once to each lane, before it is measured. */
  first?: Buffer;
  /** What Envoy itself responds where there is no filter, in the place of an upstream. */
  direct?: WholeResponse;
  /** Requests that are sent in turn, in place of `request`. */
  turns?: Buffer[];
  /** The routes of every lane; absent: one route without a configuration. */
  routes?: Routes;
  /** Whether the filters are in the router's chain. */
  isUpstream?: boolean;
  /** What the upstream sends: a stream, or a response that is sent as fast as it is asked for. */
  respond: Pace | WholeResponse;
  /** The service that filters call, as the cluster `checker`, and how many milliseconds it takes; absent: none. */
  checker?: WholeResponse & { delayMs?: number };
  /** The filters or chains that are compared with no filter, by name. Each gets a listener of the same Envoy. */
  filters: Record<string, EnvoyConfig | EnvoyConfig[]>;
  /** Concurrent connections. */
  connections: number;
  /** Streams in a round, over all connections; without streams a round takes a time. */
  requests: number;
  /** Events in each response; 0 if it does not stream. */
  events: number;
}
