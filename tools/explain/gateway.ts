import type { HostCluster } from "../../tests/host/clusters.ts";
import type { HostRoute } from "../../tests/host/routes.ts";
import type { Configuration } from "../config/configuration.ts";
import { walk } from "../config/envoy-file.ts";
import { pathText, type Path, type YamlDocument } from "../config/yaml-file.ts";
import type { ExplainedRequest } from "./request.ts";
import { notApplied, rewriteOf, type RouteLevels } from "./rewrite.ts";
import { routeMatch, virtualHostOf } from "./route-match.ts";

type Json = Record<string, any>;

/** A filter of a chain. */
export interface Filter {
  name: string;
  /** The plugin's configuration; absent for another filter, which does nothing here but look at the route. */
  configuration?: Configuration;
}

/** A gateway as its file describes it. */
export interface Gateway {
  downstream: Filter[];
  upstream: Filter[];
  routes: HostRoute[];
  clusters: HostCluster[];
  /** All configurations of the file. */
  configurations: Configuration[];
  bufferLimitBytes?: number;
  /** What the file has and this command does not follow. */
  notes: string[];
}

const MANAGER = ".http_connection_manager.v3.HttpConnectionManager";
/** Reads the gateway of an envoy.yaml: the listener that the request names, or else the first one with a plugin. */
export function gatewayOf(
  document: YamlDocument,
  found: Configuration[],
  { request, listener }: ExplainedRequest,
): Gateway {
  const root = document.value as Json;
  const listeners = list(root.static_resources?.listeners);
  const managers: { manager: Json; path: Path; listener: Json }[] = [];
  for (const [index, candidate] of listeners.entries()) {
    walk(candidate, ["static_resources", "listeners", index], (value, path) => {
      if (String(value["@type"]).endsWith(MANAGER)) managers.push({ manager: value, path, listener: candidate });
    });
  }
  const hasPlugin = ({ path }: { path: Path }): boolean =>
    found.some((one) => one.route === undefined && isWithin(one, document, path));
  const chosen = managers.find(listener ? (one) => one.listener.name === listener : hasPlugin);
  if (!chosen) {
    const names = managers.map((one) => one.listener.name).join(", ") || "none";
    throw new Error(
      `${document.file} has no listener ${listener ? `"${listener}"` : "with a plugin"}; there is ${names}`,
    );
  }
  const { manager, path } = chosen;
  const notes: string[] = [];
  if (!manager.route_config)
    throw new Error(`${document.file}: the listener has no route_config: it cannot be explained`);
  const filters = list(manager.http_filters);
  const at = (chain: Json[], below: Path): Filter[] =>
    chain.map((filter, index) => filterAt(document, found, filter, [...below, index]));
  const router = filters.findIndex((filter) => String(filter.typed_config?.["@type"]).endsWith(".router.v3.Router"));
  const below = [...path, "http_filters"];
  const upstreamPath = [...below, router, "typed_config", "upstream_http_filters"];
  const upstream = at(list(filters[router]?.typed_config?.upstream_http_filters).slice(0, -1), upstreamPath);
  const downstream = at(router < 0 ? filters : filters.slice(0, router), below);
  const host = virtualHostOf(list(manager.route_config.virtual_hosts), request.authority);
  if (!host) notes.push(`no virtual host has the domain ${request.authority}: Envoy answers 404`);
  const levels = { host, configuration: manager.route_config as Json, router: filters[router]?.typed_config as Json };
  const isOff = new Set(
    [...filters, ...list(filters[router]?.typed_config?.upstream_http_filters)].flatMap(disabledName),
  );
  return {
    downstream,
    upstream,
    routes: list(host?.routes).map((route, index) =>
      routeOf(route, index, levels, [...downstream, ...upstream], isOff, notes),
    ),
    clusters: list(root.static_resources?.clusters).map(clusterOf),
    configurations: found,
    bufferLimitBytes: chosen.listener.per_connection_buffer_limit_bytes,
    notes,
  };
}

/** The gateway around one WasmPlugin: a route with the name of the ingress, before the router as in Higress. */
export function gatewayAround(configuration: Configuration, { route, cluster }: ExplainedRequest): Gateway {
  const name = route ?? "default";
  return {
    downstream: [{ name: configuration.plugin, configuration }],
    upstream: [],
    routes: [{ name, match: { prefix: "/" }, cluster: cluster ?? "upstream" }],
    // The service of the ingress, and the plugins' own cluster if a configuration names none.
    clusters: [{ name: cluster ?? "upstream" }, { name: "redis" }],
    configurations: [configuration],
    notes: route ? [] : ['the request names no "route": no rule for an ingress applies'],
  };
}

function filterAt(document: YamlDocument, found: Configuration[], filter: Json, path: Path): Filter {
  const configuration = found.find((one) => one.route === undefined && isWithin(one, document, path));
  return { name: filter.name, configuration };
}

/** Whether a configuration stands below a path of the file. Several filters may share one by an alias. */
function isWithin(configuration: Configuration, document: YamlDocument, path: Path): boolean {
  return configuration.file === document.file && `${configuration.at}.`.startsWith(`${pathText(path)}.`);
}

const disabledName = (filter: Json): string[] => (filter.disabled === true ? [filter.name as string] : []);

function routeOf(
  route: Json,
  index: number,
  levels: RouteLevels,
  filters: Filter[],
  isOff: Set<string>,
  notes: string[],
): HostRoute {
  const name = String(route.name ?? "");
  const title = name ? `route ${name}` : `route ${index + 1}`;
  const action = route.route as Json | undefined;
  const skipped = notApplied(route, levels);
  if (skipped.length) notes.push(`${title}: ${skipped.join(", ")} of Envoy itself is not applied here`);
  const weighted = list(action?.weighted_clusters?.clusters);
  if (weighted.length > 1) notes.push(`${title}: of its weighted_clusters the first is taken`);
  const matches = routeMatch(route.match ?? {});
  const configs = { ...levels.host?.typed_per_filter_config, ...route.typed_per_filter_config } as Record<string, Json>;
  const direct = route.direct_response as Json | undefined;
  const redirect = route.redirect ? { status: 301, headers: {}, body: "" } : undefined;
  return {
    name,
    match: { test: matches },
    cluster: String(action?.cluster ?? weighted[0]?.name ?? action?.cluster_header ?? ""),
    metadata: hostTexts(route.metadata?.filter_metadata ?? {}) as HostRoute["metadata"],
    disabled: filters
      .map((filter) => filter.name)
      .filter((filter) => (configs[filter] ? configs[filter].disabled === true : isOff.has(filter))),
    action,
    rewrite: rewriteOf(route, levels),
    ...(direct
      ? { direct: { status: Number(direct.status), headers: {}, body: direct.body?.inline_string ?? "" } }
      : {}),
    ...(redirect ? { direct: redirect } : {}),
  };
}

function clusterOf(cluster: Json): HostCluster {
  const endpoint = list(cluster.load_assignment?.endpoints)[0]?.lb_endpoints?.[0] as Json | undefined;
  const members = cluster.cluster_type?.typed_config?.clusters as string[] | undefined;
  return {
    name: String(cluster.name),
    metadata: hostTexts(cluster.metadata?.filter_metadata ?? {}) as HostCluster["metadata"],
    endpointMetadata: hostTexts(endpoint?.metadata?.filter_metadata ?? {}) as HostCluster["metadata"],
    ...(members ? { members } : {}),
  };
}

/** The host's texts are bytes, one character each. */
function hostTexts(value: unknown): unknown {
  if (typeof value === "string") return Buffer.from(value).toString("latin1");
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hostTexts(inner)]));
}

const list = (value: unknown): any[] => (Array.isArray(value) ? (value as any[]) : []);
