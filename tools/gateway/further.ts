import type { Cluster, Route } from "./bootstrap.ts";
import type { FurtherService } from "./services.ts";

/** The plugin's configuration of an added service; its API key is added with those of the other services. */
export function providerOf({ id, type, url: address, options }: FurtherService, url?: string) {
  return { id, type, basePath: `/${id}`, ...options, ...(address && url ? { [address.option]: url } : {}) };
}

/** The route to an added service, in the form of those in envoy/ai-gateway.yaml. */
export function routeOf({ id }: FurtherService): Route {
  const config = JSON.stringify({ activeProviderId: id });
  const metadata = { filter_metadata: { "ai-proxy": { config } } };
  const route = { cluster: id, timeout: "0s" };
  return { ...{ name: id, match: { prefix: `/${id}/` }, metadata }, route };
}

/** The cluster of an added service: a copy of another cluster with TLS, with a different address. */
export function clusterOf({ id, host }: FurtherService, url: string | undefined, like: Cluster): Cluster {
  const { hostname, port, protocol } = new URL(url ?? `https://${host}`);
  const isTls = protocol === "https:";
  const port_value = Number(port) || (isTls ? 443 : 80);
  // An IPv6 address has brackets in a URL, and none in a socket address.
  const address = { socket_address: { address: hostname.replace(/^\[|\]$/g, ""), port_value } };
  const load_assignment = { cluster_name: id, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] };
  const cluster = { ...structuredClone(like), name: id, load_assignment };
  if (!isTls) delete cluster.transport_socket;
  const tls = cluster.transport_socket?.typed_config;
  if (!tls) return cluster;
  tls.sni = hostname;
  tls.common_tls_context.validation_context.match_typed_subject_alt_names = [
    { san_type: "DNS", matcher: { exact: hostname } },
  ];
  return cluster;
}
