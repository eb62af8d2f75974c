// SPDX-License-Identifier: Apache-2.0
import type { Bytes } from "./bytes.ts";
import type { CalloutAnswer, GrpcAnswer } from "./callouts.ts";
import { HeaderMap } from "./header-map.ts";
import type { PropertySource } from "./properties.ts";

/** How a property was declared; an undeclared one is writable text that ends with the filter chain. */
export interface PropertyPrototype {
  readonly: boolean;
  span: number;
}

/** What Envoy keeps for one configuration of a plugin in one VM. */
export interface RootContext {
  kind: "root";
  id: number;
  rootId: string;
  configuration: Buffer;
  /** Set while `proxy_on_configure` runs: only then the configuration can be read. */
  configuring: boolean;
  tickPeriodMs: number;
  nextTickAt: number;
  prototypes: Map<string, PropertyPrototype>;
  /** The answer that is being delivered. */
  callout: CalloutAnswer | null;
  grpc: GrpcAnswer | null;
  /** The reply of Redis that is being delivered. */
  redis: Buffer | null;
  status: { code: number; message: string };
}

/** What a plugin may do to its stream beside headers and bodies. */
export interface StreamControl extends PropertySource {
  continueRequest(): void;
  continueResponse(): void;
  sendLocalReply(status: number, body: Buffer, headers: HeaderMap, details: string): void;
  clearRouteCache(): void;
  close(): void;
  /** Trailers that the plugin adds while it sees the last piece of a body; null where that is too late. */
  addRequestTrailers(): HeaderMap | null;
  addResponseTrailers(): HeaderMap | null;
  /** The headers of that map have gone out: a change comes too late. */
  headersWentOut(type: number): boolean;
  /** What would be wrong with continuing that direction now, or null. */
  whyNotContinue(type: number): string | null;
}

/**
 * What Envoy keeps for one plugin on one stream. A map or a body is null while a plugin cannot reach it: they come with
 * their callback, and go when the callback said "continue" (source/extensions/common/wasm/context.cc).
 */
export interface StreamContext {
  kind: "stream";
  id: number;
  root: RootContext;
  stream: StreamControl;
  requestHeaders: HeaderMap | null;
  requestTrailers: HeaderMap | null;
  responseHeaders: HeaderMap | null;
  responseTrailers: HeaderMap | null;
  requestBody: Bytes | null;
  responseBody: Bytes | null;
  /** The last body callback said "stop and buffer": the next one sees all of the body so far. */
  bufferingRequest: boolean;
  bufferingResponse: boolean;
  endOfStream: boolean;
  /** Set while `proxy_on_log` runs. */
  log: LogPhase | null;
}

/** The maps that the access log phase shows. */
export interface LogPhase {
  requestHeaders: HeaderMap | null;
  responseHeaders: HeaderMap | null;
  responseTrailers: HeaderMap | null;
}

/** Any context that has an id. */
export type Context = RootContext | StreamContext;

/** The root context that a context belongs to. */
export const rootOf = (context: Context): RootContext => (context.kind === "root" ? context : context.root);
