// SPDX-License-Identifier: Apache-2.0
import type { StreamContext } from "./contexts.ts";
import type { HeaderMap } from "./header-map.ts";

import type { Attribute } from "./properties.ts";
import type { StreamState } from "./stream-state.ts";

/**
 * Envoy's attributes of a stream under one top-level name. What comes from headers is there only while the plugin can
 * reach those headers. https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes
 */
export function streamAttributes(stream: StreamState, name: string, context: StreamContext): Attribute {
  switch (name) {
    case "request":
      return ofRequest(stream, context.requestHeaders ?? context.log?.requestHeaders ?? null);
    case "response":
      return ofResponse(stream, context.responseHeaders ?? context.log?.responseHeaders ?? null);
    case "source":
      return { address: "127.0.0.1:50000", port: 50000n };
    case "destination":
      return { address: "127.0.0.1:10000", port: 10000n };
    case "connection":
      return { id: 1n, mtls: false };
    case "upstream":
      return ofTarget(stream);
    case "metadata":
      return { filter_metadata: {} };
    case "filter_state":
      return Object.fromEntries([...stream.filterState].map(([key, entry]) => [`wasm.${key}`, entry.value]));
    case "xds":
      return ofConfiguration(stream);
    default:
      return undefined;
  }
}

function ofRequest(stream: StreamState, headers: HeaderMap | null): Attribute {
  const path = headers?.get(":path");
  const query = path?.indexOf("?") ?? -1;
  const received = stream.info.requestBodySize;
  return {
    ...(headers && {
      path,
      url_path: query < 0 ? path : path?.slice(0, query),
      query: query < 0 ? "" : path?.slice(query + 1),
      host: headers.get(":authority"),
      scheme: headers.get(":scheme"),
      method: headers.get(":method"),
      referer: headers.get("referer"),
      useragent: headers.get("user-agent"),
      id: headers.get("x-request-id"),
      headers: joined(headers),
    }),
    protocol: stream.options.downstreamHttp2 ? "HTTP/2" : "HTTP/1.1",
    size: BigInt(headers?.get("content-length") ?? received),
    total_size: BigInt(received + (headers?.byteSize ?? 0)),
    time: stream.info.startedAt,
  };
}

function ofResponse(stream: StreamState, headers: HeaderMap | null): Attribute {
  const status = stream.responseCode;
  return {
    ...(headers && { headers: joined(headers) }),
    code: status === undefined ? undefined : BigInt(status),
    code_details: stream.info.details || undefined,
    flags: 0n,
    // Known once the provider has sent the last byte.
    backend_latency: stream.info.responseComplete ? 0n : undefined,
  };
}

function ofTarget({ info: { target } }: StreamState): Attribute {
  if (!target) return {};
  // The own address of a connection that was made.
  const connected = target.refuses ? {} : { local_address: "127.0.0.1:40000" };
  return { address: target.address, port: BigInt(target.address.split(":")[1]), ...connected };
}

function ofConfiguration({ info: { route, target }, options }: StreamState): Attribute {
  const cluster = options.clusters.find(({ name }) => name === route?.cluster);
  return {
    route_name: route?.name ?? "",
    route_metadata: { filter_metadata: route?.metadata ?? {} },
    virtual_host_name: route ? "default" : undefined,
    cluster_name: route?.cluster,
    cluster_metadata: { filter_metadata: cluster?.metadata ?? {} },
    upstream_host_metadata: target ? { filter_metadata: target.endpointMetadata } : undefined,
    filter_chain_name: "",
  };
}

function joined(headers: HeaderMap): Attribute {
  const names = new Set(headers.pairs().map(([name]) => name));
  return Object.fromEntries([...names].map((name) => [name, headers.getAll(name).join(",")]));
}
