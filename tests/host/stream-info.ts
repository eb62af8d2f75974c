// SPDX-License-Identifier: Apache-2.0
import type { Target } from "./clusters.ts";
import type { HeaderMap } from "./header-map.ts";
import type { FilterStateEntry } from "./properties.ts";
import { chooseRoute, type HostRoute } from "./routes.ts";

/** What one request keeps through all its filters, those of the router's chain among them: Envoy's stream info. */
export class StreamInfo {
  /** Envoy's response code details. */
  details = "";
  /** The status of the response that the router passed on. */
  responseCode: string | undefined;
  route: HostRoute | null = null;
  /** Where the current attempt goes; null until the router chose. */
  target: Target | null = null;
  requestHeaders: HeaderMap | null = null;
  /** Bytes of the client's body so far. */
  requestBodySize = 0;
  /** The response has come to its end. */
  responseComplete = false;
  private routeIsCached = false;

  constructor(
    /** Nanoseconds since 1970. */
    readonly startedAt: bigint,
    readonly filterState = new Map<string, FilterStateEntry>(),
  ) {}

  /** The route is chosen again when the router asks for it next; until then the old one is what properties show. */
  clearRouteCache(): void {
    this.routeIsCached = false;
  }

  refreshRoute(routes: HostRoute[]): void {
    if (this.routeIsCached || !this.requestHeaders) return;
    this.route = chooseRoute(routes, this.requestHeaders);
    this.routeIsCached = true;
  }

  /** What the pass after an internal redirect starts with: the same headers, and the filter state that outlives a pass. */
  redirected(): StreamInfo {
    const kept = [...this.filterState].filter(([, entry]) => entry.span > 0);
    const next = new StreamInfo(this.startedAt, new Map(kept));
    next.requestHeaders = this.requestHeaders;
    return next;
  }
}
