import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { root } from "../plugins.ts";
import type { AiProxy, Bootstrap, Cluster, ConnectionManager } from "./bootstrap.ts";
import { clusterOf, providerOf, routeOf } from "./further.ts";
import { type RedisAddress, shareBudgets } from "./redis.ts";
import type { Addition } from "./settings.ts";

/** The changes of a running gateway's configuration, compared with envoy/ai-gateway.yaml. */
export interface Substitutions {
  /** The port of the gateway; 0 uses a free one. */
  port: number;
  /** The address to listen on; by default that of the file, 127.0.0.1. */
  listen?: string;
  /** The service of the routes that name none. */
  defaultService: string;
  /** The providers' API keys by service id. */
  keys: Map<string, string>;
  /** The loopback ports of mock providers by service id: their clusters lead to these ports, without TLS. */
  mocks: Map<string, number>;
  /** Services to add. */
  further?: Addition[];
  /** Further options of providers by service id. */
  options?: Record<string, Record<string, unknown>>;
  /** The Redis that counts the token budgets; by default this Envoy does. */
  redis?: RedisAddress;
}

/** The paths of the trusted certificates on Debian, Red Hat, SUSE, macOS and Alpine. */
const CA_BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/** Reads envoy/ai-gateway.yaml and inserts ports, API keys and mock providers. */
export function gatewayConfig(substitutions: Substitutions): Bootstrap {
  const bootstrap = parse(readFileSync(join(root, "envoy/ai-gateway.yaml"), "utf8")) as Bootstrap;
  const { listeners, clusters } = bootstrap.static_resources;
  const listener = listeners[0];
  listener.address.socket_address.port_value = substitutions.port;
  if (substitutions.listen) listener.address.socket_address.address = substitutions.listen;
  const manager = listener.filter_chains[0].filters[0].typed_config;
  const { routes } = manager.route_config.virtual_hosts[0];
  for (const { service, url } of substitutions.further ?? []) {
    routes.splice(-1, 0, routeOf(service));
    clusters.push(clusterOf(service, url, clusters.at(-1)!));
  }
  for (const route of routes) {
    if (route.route && !route.metadata?.filter_metadata["ai-proxy"]) route.route.cluster = substitutions.defaultService;
  }
  configurePlugin(manager, substitutions);
  const checks = manager.http_filters.find(({ name }) => name === "ai-security-guard")!.typed_config.config!
    .configuration;
  checks.value = checks.value.replace("YOUR_OPENAI_API_KEY", substitutions.keys.get("openai") ?? "$&");
  if (substitutions.redis) shareBudgets(bootstrap, substitutions.redis);
  for (const cluster of clusters) {
    const port = substitutions.mocks.get(cluster.name);
    if (port === undefined) trustSystem(cluster);
    else leadToLoopback(cluster, port);
  }
  return bootstrap;
}

function configurePlugin(manager: ConnectionManager, { defaultService, keys, options, further }: Substitutions): void {
  const filters = manager.http_filters.flatMap(({ typed_config }) => typed_config.upstream_http_filters ?? []);
  const configuration = filters.find(({ name }) => name === "ai-proxy")?.typed_config.config?.configuration;
  if (!configuration) throw new Error("envoy/ai-gateway.yaml has no filter named ai-proxy");
  const config = JSON.parse(configuration.value) as AiProxy;
  config.activeProviderId = defaultService;
  for (const { service, url } of further ?? []) config.providers.push(providerOf(service, url));
  for (const provider of config.providers) {
    const key = keys.get(provider.id);
    if (key) provider.apiTokens = [key];
    Object.assign(provider, options?.[provider.id]);
  }
  configuration.value = JSON.stringify(config);
}

/** Makes a cluster lead to a loopback port, without TLS. */
export function leadToLoopback(cluster: Cluster, port: number): void {
  const address = { socket_address: { address: "127.0.0.1", port_value: port } };
  cluster.type = "STATIC";
  cluster.load_assignment = { cluster_name: cluster.name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] };
  delete cluster.transport_socket;
}

function trustSystem(cluster: Cluster): void {
  const trusted = cluster.transport_socket?.typed_config.common_tls_context.validation_context.trusted_ca;
  const bundle = CA_BUNDLES.find((file) => existsSync(file));
  if (trusted && bundle) trusted.filename = bundle;
}
