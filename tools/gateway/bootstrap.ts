/** The parts of a bootstrap that are changed here. */
export interface Bootstrap {
  admin: unknown;
  bootstrap_extensions?: unknown;
  static_resources: { listeners: Listener[]; clusters: Cluster[] };
}

interface Listener {
  name: string;
  address: { socket_address: { address: string; port_value: number } };
  filter_chains: { filters: { typed_config: ConnectionManager }[] }[];
}

export interface ConnectionManager {
  access_log?: unknown[];
  http_filters: (Filter & { typed_config: { upstream_http_filters?: Filter[] } })[];
  route_config: { virtual_hosts: { routes: Route[] }[]; max_direct_response_body_size_bytes?: number };
}

/** The parts of a route that are changed here. */
export interface Route {
  name: string;
  /** Absent if Envoy itself sends the response. */
  route?: { cluster: string };
  metadata?: { filter_metadata: Record<string, { config: string }> };
}

interface Filter {
  name: string;
  typed_config: { config?: { configuration: { value: string } } };
}

/** The parts of a cluster that are changed here. */
export interface Cluster {
  name: string;
  type: string;
  load_assignment: unknown;
  transport_socket?: { typed_config: { sni: string; common_tls_context: { validation_context: Validation } } };
}

export interface Validation {
  trusted_ca: { filename: string };
  match_typed_subject_alt_names: unknown[];
}

export interface AiProxy {
  activeProviderId: string;
  providers: ({ id: string; apiTokens?: string[] } & Record<string, unknown>)[];
}
