import type { HeaderMap } from "../../tests/host/header-map.ts";

type Json = Record<string, any>;

/** Changes of a request by Envoy's router that are applied here. */
const APPLIED = ["prefix_rewrite", "regex_rewrite", "host_rewrite_literal"];
/** Other changes: the command says that it does not apply them. */
const OTHERS = ["path_rewrite_policy", "host_rewrite_header", "host_rewrite_path_regex", "auto_host_rewrite"];

/** What stands around a route: its virtual host, its route configuration and the router. */
export interface RouteLevels {
  host?: Json;
  configuration?: Json;
  router?: Json;
}

/** What the router changes of the requests of a route, as far as it is not applied. */
export const notApplied = (route: Json, { host, configuration }: RouteLevels): string[] => [
  ...OTHERS.filter((key) => route.route?.[key] !== undefined),
  ...[route, host, configuration].flatMap((level) => (level?.request_headers_to_add ? ["request_headers_to_add"] : [])),
];

/**
 * The changes of host, path and headers that the router makes before the filters of its own chain; undefined if there are none.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-routeaction
 */
export function rewriteOf(route: Json, levels: RouteLevels = {}): ((headers: HeaderMap) => void) | undefined {
  const action = (route.route ?? {}) as Json;
  const { host, configuration, router } = levels;
  const removed = [route, host, configuration].flatMap((level) => (level?.request_headers_to_remove ?? []) as string[]);
  if (!removed.length && !APPLIED.some((key) => action[key] !== undefined)) return undefined;
  return (headers) => {
    for (const name of removed) headers.remove(name);
    if (action.host_rewrite_literal) headers.set(":authority", action.host_rewrite_literal as string);
    const whole = headers.get(":path") ?? "";
    const end = whole.includes("?") ? whole.indexOf("?") : whole.length;
    const path = newPath(action, (route.match ?? {}) as Json, whole.slice(0, end));
    if (path === undefined) return;
    if (!router?.suppress_envoy_headers) headers.set("x-envoy-original-path", whole);
    headers.set(":path", path + whole.slice(end));
  };
}

function newPath(action: Json, match: Json, path: string): string | undefined {
  if (action.prefix_rewrite !== undefined) {
    const prefix = (match.prefix ?? match.path_separated_prefix ?? path) as string;
    return (action.prefix_rewrite as string) + path.slice(prefix.length);
  }
  if (!action.regex_rewrite) return undefined;
  const { pattern, substitution } = action.regex_rewrite as { pattern: { regex: string }; substitution?: string };
  // RE2 names a group `\1`, JavaScript `$1`, in which `$` itself is `$$`.
  const replacement = (substitution ?? "").replaceAll("$", "$$$$").replace(/\\(\d)/g, "$$$1");
  return path.replace(new RegExp(pattern.regex, "g"), replacement);
}
