// SPDX-License-Identifier: Apache-2.0
import type { RootContext } from "./contexts.ts";
import type { HeaderMap } from "./header-map.ts";

/** An HTTP call that a plugin made and that was not answered yet. */
export interface HttpCallout {
  kind: "http";
  token: number;
  root: RootContext;
  cluster: string;
  headers: HeaderMap;
  body: Buffer;
  trailers: HeaderMap;
  timeoutMs: number;
}

/** A gRPC call that a plugin made and that was not answered yet. */
export interface GrpcCallout {
  kind: "grpc";
  token: number;
  root: RootContext;
  cluster: string;
  service: string;
  method: string;
  metadata: HeaderMap;
  message: Buffer;
  timeoutMs: number;
}

/** A gRPC stream that a plugin opened, until it is cancelled or both sides have closed it. */
export interface GrpcStreamCallout {
  kind: "stream";
  token: number;
  root: RootContext;
  cluster: string;
  service: string;
  method: string;
  metadata: HeaderMap;
  /** The messages that the plugin has sent. */
  sent: Buffer[];
  /** The plugin sends no more: `proxy_grpc_close`, or its last message. */
  isHalfClosed: boolean;
  /** `proxy_grpc_close` was called. */
  isClosed: boolean;
  /** The peer has closed: Envoy must not be told to send on it any more. */
  isRemoteClosed: boolean;
}

/** A command of Redis by the host calls of Higress's Envoy, without a result. */
export interface RedisCallout {
  kind: "redis";
  token: number;
  root: RootContext;
  /** The name of the cluster, with `?db=` where a database is selected. */
  cluster: string;
  query: Buffer;
}

/** Any call that was not answered yet. */
export type Callout = HttpCallout | GrpcCallout;

/** The answer to an HTTP call. */
export interface CalloutAnswer {
  headers: HeaderMap;
  body: Buffer;
  trailers: HeaderMap | null;
}

/** The part of a gRPC answer that is being delivered. */
export interface GrpcAnswer {
  initialMetadata: HeaderMap | null;
  message: Buffer | null;
  trailingMetadata: HeaderMap | null;
}
