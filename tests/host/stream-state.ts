// SPDX-License-Identifier: Apache-2.0
import { MapType } from "./abi.ts";
import type { StreamContext } from "./contexts.ts";
import type { HeaderMap } from "./header-map.ts";
import type { Attribute, FilterStateEntry } from "./properties.ts";
import { chooseRoute, type HostRoute } from "./routes.ts";
import { Side } from "./side.ts";
import { streamAttributes } from "./stream-attributes.ts";
import type { Vm } from "./vm.ts";

/** The surroundings of a stream. */
export interface StreamOptions {
  /** Default: one route named `default` to the cluster `upstream`. */
  routes?: HostRoute[];
  /** Default: Envoy's own, 1 MiB. */
  bufferLimitBytes?: number;
  /** The client, or the provider, speaks HTTP/2. */
  downstreamHttp2?: boolean;
  upstreamHttp2?: boolean;
  /** `allow_on_headers_stop_iteration`, default true. */
  holdsHeaders?: boolean;
}

const MEBIBYTE = 1024 * 1024;
const DEFAULT_ROUTES: HostRoute[] = [{ name: "default", match: { prefix: "/" }, cluster: "upstream" }];

/** What is known of a stream at any moment: both sides of the wire, its route, what plugins keep on it. */
export class StreamState {
  /** What the client receives. */
  readonly client: Side;
  /** What the provider receives. */
  readonly upstream: Side;
  readonly options: Required<StreamOptions>;
  readonly filterState = new Map<string, FilterStateEntry>();
  /** Nanoseconds since 1970. */
  readonly startedAt: bigint;
  /** Envoy's response code details. */
  details = "";
  route: HostRoute | null = null;
  /** Bytes of the client's body so far. */
  requestBodySize = 0;
  /** The provider's response has come to its end. */
  responseComplete = false;
  requestHeaderMap: HeaderMap | null = null;
  responseHeaderMap: HeaderMap | null = null;
  protected responseTrailerMap: HeaderMap | null = null;
  private routeIsCached = false;

  constructor(
    readonly vm: Vm,
    options: StreamOptions = {},
  ) {
    this.startedAt = vm.environment.now();
    const defaults = { bufferLimitBytes: MEBIBYTE, downstreamHttp2: false, upstreamHttp2: false, holdsHeaders: true };
    this.options = { routes: DEFAULT_ROUTES, ...defaults, ...options };
    const violate = (what: string) => vm.violations.push(what);
    this.upstream = new Side("request", [":method", ":path", ":authority"], violate);
    this.client = new Side("response", [":status"], violate);
  }

  /** The route is chosen again when somebody asks for it next; until then the old one is what properties show. */
  clearRouteCache(): void {
    this.routeIsCached = false;
  }

  headersWentOut(type: number): boolean {
    if (type === MapType.RequestHeaders) return this.upstream.headers !== null;
    return type === MapType.ResponseHeaders && this.client.headers !== null;
  }

  attributes(name: string, context: StreamContext): Attribute {
    return streamAttributes(this, name, context);
  }

  protected refreshRoute(): void {
    if (this.routeIsCached || !this.requestHeaderMap) return;
    this.route = chooseRoute(this.options.routes, this.requestHeaderMap);
    this.routeIsCached = true;
  }
}
