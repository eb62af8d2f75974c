// SPDX-License-Identifier: Apache-2.0
import type { HeaderMap } from "./header-map.ts";
import type { Attribute } from "./properties.ts";
import type { RouteAction } from "./retries.ts";

/** A route as the host needs it. The first one that matches is chosen. */
export interface HostRoute {
  name: string;
  match: RouteMatch;
  cluster: string;
  /** `filter_metadata` of the route, by namespace. */
  metadata?: Record<string, { [key: string]: Attribute }>;
  /** Filters that are switched off on it. */
  disabled?: string[];
  /** Envoy's own `Route.route` beside the cluster: retries and internal redirects are followed. */
  action?: RouteAction;
  /** What the router changes before its own chain. */
  rewrite?: (headers: HeaderMap) => void;
  /** What Envoy answers itself, in the place of an upstream. */
  direct?: { status: number; headers: Record<string, string>; body: string };
}

/** The part of Envoy's route match that cases use: a path prefix or a whole path, and headers that must equal or begin so. */
export interface RouteMatch {
  prefix?: string;
  path?: string;
  headers?: { name: string; string_match: { exact?: string; prefix?: string } }[];
  /** Any other condition. */
  test?: (headers: HeaderMap) => boolean;
}

/** Chooses the route for a request, or null. */
export function chooseRoute(routes: HostRoute[], headers: HeaderMap): HostRoute | null {
  // Envoy has no route for a request that lost this header.
  if (!headers.get("x-forwarded-proto")) return null;
  const path = (headers.get(":path") ?? "").split("?")[0];
  const matches = ({ match }: HostRoute): boolean =>
    (match.prefix === undefined || path.startsWith(match.prefix)) &&
    (match.path === undefined || path === match.path) &&
    (match.test?.(headers) ?? true) &&
    (match.headers ?? []).every(({ name, string_match: { exact, prefix } }) => {
      const values = headers.getAll(name);
      const value = values.join(",");
      if (prefix !== undefined) return values.length > 0 && value.startsWith(bytesOf(prefix));
      return exact !== undefined && value === bytesOf(exact);
    });
  return routes.find(matches) ?? null;
}

/** A text as the bytes of a header, one character each. */
const bytesOf = (text: string): string => Buffer.from(text).toString("latin1");
