// SPDX-License-Identifier: Apache-2.0
/** A piece of Envoy configuration, as JSON. */
export type EnvoyConfig = Record<string, unknown>;

const TYPES = "type.googleapis.com/envoy.extensions";

/** A plugin in a filter chain. */
export interface WasmFilter {
  /** The filter's name and root id. */
  plugin: string;
  /** Path of the module, from the repository's root. */
  wasm: string;
  /** The configuration's text; absent means that Envoy passes none. */
  configuration?: string;
  /** Plugins of one VM id and one module share a VM per worker; shared data is scoped by it. */
  vmId?: string;
  /** False leaves out the option without which headers are not held while the body arrives. */
  holdsHeaders?: boolean;
}

/** Builds the filter with the settings that the plugins need (docs: headers may be held while the body arrives). */
export function wasmFilter({
  plugin,
  wasm,
  configuration,
  vmId = "ai-gateway",
  holdsHeaders = true,
}: WasmFilter): EnvoyConfig {
  const value = { "@type": "type.googleapis.com/google.protobuf.StringValue", value: configuration };
  return {
    name: plugin,
    typed_config: {
      "@type": `${TYPES}.filters.http.wasm.v3.Wasm`,
      config: {
        name: plugin,
        root_id: plugin,
        vm_config: { vm_id: vmId, runtime: "envoy.wasm.runtime.v8", code: { local: { filename: wasm } } },
        failure_policy: "FAIL_RELOAD",
        ...(holdsHeaders ? { allow_on_headers_stop_iteration: true } : {}),
        ...(configuration === undefined ? {} : { configuration: value }),
      },
    },
  };
}

/** A route: Envoy's own `match`, where it leads, and what stands on it. */
export interface RouteOptions {
  name: string;
  match?: EnvoyConfig;
  cluster: string;
  /** `filter_metadata` of the route, by namespace. */
  metadata?: Record<string, EnvoyConfig>;
  /** Filters that are switched off on this route. */
  disabled?: string[];
  /** What Envoy answers itself, in the place of the cluster. */
  direct?: { status: number; headers?: Record<string, string>; body?: string };
  /** Headers that the router adds on the way to the upstream, unseen by downstream filters. */
  addToRequest?: Record<string, string>;
  /** Anything else of Envoy's `Route.route`. */
  action?: EnvoyConfig;
}

/** Builds a route without a timeout of its own: answers of a model may take long. */
export function routeFor(route: RouteOptions): EnvoyConfig {
  const off = { "@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig", disabled: true };
  return {
    name: route.name,
    match: route.match ?? { prefix: "/" },
    ...(route.direct
      ? directResponse(route.direct)
      : { route: { cluster: route.cluster, timeout: "0s", ...route.action } }),
    ...(route.metadata ? { metadata: { filter_metadata: route.metadata } } : {}),
    ...(route.disabled?.length
      ? { typed_per_filter_config: Object.fromEntries(route.disabled.map((name) => [name, off])) }
      : {}),
    ...(route.addToRequest
      ? {
          request_headers_to_add: Object.entries(route.addToRequest).map(([key, value]) => ({
            header: { key, value },
          })),
        }
      : {}),
  };
}

function directResponse({ status, headers = {}, body }: NonNullable<RouteOptions["direct"]>): EnvoyConfig {
  return {
    direct_response: { status, ...(body ? { body: { inline_string: body } } : {}) },
    response_headers_to_add: Object.entries(headers).map(([key, value]) => ({
      header: { key, value },
      append_action: "OVERWRITE_IF_EXISTS_OR_ADD",
    })),
  };
}

/** A listener, by default with one virtual host. */
export interface ListenerOptions {
  name: string;
  routes: EnvoyConfig[];
  /** Filters of the downstream chain, in order. */
  downstream?: EnvoyConfig[];
  /** Filters of the router's upstream chain, in order, run once per attempt. */
  upstream?: EnvoyConfig[];
  /** File and fields of a JSON access log. */
  accessLog?: { path: string; fields: Record<string, string> };
  bufferLimitBytes?: number;
  /** Protocols that a client may change to, such as `websocket`. */
  upgrades?: string[];
  /** A file from which the routes come instead, so that they can change while Envoy runs. */
  routesFile?: string;
  /** Virtual hosts in place of the one with `routes`. */
  virtualHosts?: EnvoyConfig[];
}

/** Builds a listener on a free loopback port that speaks HTTP/1.1 and HTTP/2. */
export function listenerFor(options: ListenerOptions): EnvoyConfig {
  const connectionManager = {
    "@type": `${TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: options.name,
    ...(options.routesFile
      ? {
          rds: { route_config_name: options.name, config_source: { path_config_source: { path: options.routesFile } } },
        }
      : { route_config: routesFor(options.name, options.routes, options.virtualHosts) }),
    ...(options.upgrades ? { upgrade_configs: options.upgrades.map((type) => ({ upgrade_type: type })) } : {}),
    http_filters: [...(options.downstream ?? []), routerFilter(options.upstream)],
    ...(options.accessLog ? { access_log: [fileAccessLog(options.accessLog)] } : {}),
  };
  return {
    name: options.name,
    address: { socket_address: { address: "127.0.0.1", port_value: 0 } },
    ...(options.bufferLimitBytes ? { per_connection_buffer_limit_bytes: options.bufferLimitBytes } : {}),
    filter_chains: [
      { filters: [{ name: "envoy.filters.network.http_connection_manager", typed_config: connectionManager }] },
    ],
  };
}

/** Builds the routes of a listener: one virtual host for every domain, unless others are given. */
export function routesFor(name: string, routes: EnvoyConfig[], virtualHosts?: EnvoyConfig[]): EnvoyConfig {
  return { name, virtual_hosts: virtualHosts ?? [{ name, domains: ["*"], routes }] };
}

/** The router, with the plugins of its upstream chain where there are any. */
export function routerFilter(upstream: EnvoyConfig[] = []): EnvoyConfig {
  const codec = {
    name: "envoy.filters.http.upstream_codec",
    typed_config: { "@type": `${TYPES}.filters.http.upstream_codec.v3.UpstreamCodec` },
  };
  return {
    name: "envoy.filters.http.router",
    typed_config: {
      "@type": `${TYPES}.filters.http.router.v3.Router`,
      ...(upstream.length > 0 ? { upstream_http_filters: [...upstream, codec] } : {}),
    },
  };
}

function fileAccessLog({ path, fields }: { path: string; fields: Record<string, string> }): EnvoyConfig {
  return {
    name: "envoy.access_loggers.file",
    typed_config: {
      "@type": `${TYPES}.access_loggers.file.v3.FileAccessLog`,
      path,
      log_format: { json_format: fields },
    },
  };
}

/** A cluster of one loopback endpoint. */
export interface ClusterOptions {
  name: string;
  port: number;
  http2?: boolean;
  metadata?: Record<string, EnvoyConfig>;
  /** `filter_metadata` of the one endpoint. */
  endpointMetadata?: Record<string, EnvoyConfig>;
}

/** Builds a static cluster that speaks HTTP/1.1, or HTTP/2 by prior knowledge. */
export function clusterFor({ name, port, http2 = false, metadata, endpointMetadata }: ClusterOptions): EnvoyConfig {
  const address = { socket_address: { address: "127.0.0.1", port_value: port } };
  const protocol = http2 ? { http2_protocol_options: {} } : { http_protocol_options: {} };
  return {
    name,
    type: "STATIC",
    connect_timeout: "2s",
    ...(metadata ? { metadata: { filter_metadata: metadata } } : {}),
    load_assignment: {
      cluster_name: name,
      endpoints: [
        {
          lb_endpoints: [
            {
              endpoint: { address },
              ...(endpointMetadata ? { metadata: { filter_metadata: endpointMetadata } } : {}),
            },
          ],
        },
      ],
    },
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": `${TYPES}.upstreams.http.v3.HttpProtocolOptions`,
        explicit_http_config: protocol,
      },
    },
  };
}

/** Builds a cluster that tries its members in their order. */
export function aggregateFor(name: string, members: string[]): EnvoyConfig {
  return {
    name,
    connect_timeout: "2s",
    lb_policy: "CLUSTER_PROVIDED",
    // Envoy's own limit is 3 retries at once.
    circuit_breakers: { thresholds: [{ max_retries: 1000 }] },
    cluster_type: {
      name: "envoy.clusters.aggregate",
      typed_config: { "@type": `${TYPES}.clusters.aggregate.v3.ClusterConfig`, clusters: members },
    },
  };
}

/** Puts listeners and clusters into a bootstrap; the admin's address is added by `startEnvoy`. */
export function bootstrapFor(listeners: EnvoyConfig[], clusters: EnvoyConfig[]): EnvoyConfig {
  return { static_resources: { listeners, clusters } };
}
