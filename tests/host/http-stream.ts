// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from "node:crypto";
import { StreamType } from "./abi.ts";
import type { RootContext, StreamControl } from "./contexts.ts";
import { FilterDirection, type DirectionHooks } from "./filter-direction.ts";
import { HeaderMap, type HeaderPair } from "./header-map.ts";
import { localReply, type LocalReply } from "./local-reply.ts";
import { StreamState, type StreamOptions } from "./stream-state.ts";
import type { Vm } from "./vm.ts";
import { WasmFilter } from "./wasm-filter.ts";

/**
 * One exchange through one plugin, driven step by step: the client's request goes in, `upstream` is what the provider
 * receives, its answer goes in, `client` is what the client receives.
 */
export class HttpStream extends StreamState implements StreamControl {
  private filter: WasmFilter | null = null;
  private readonly request: FilterDirection;
  private readonly response: FilterDirection;
  private phase: "request" | "response" | null = null;
  private requestAborted = false;
  private responseAborted = false;
  private prepared: LocalReply | null = null;
  private ended = false;

  constructor(
    vm: Vm,
    private readonly root: RootContext,
    options: StreamOptions = {},
  ) {
    super(vm, options);
    this.request = new FilterDirection(this.requestHooks(), this.options.bufferLimitBytes);
    this.response = new FilterDirection(this.responseHooks(), this.options.bufferLimitBytes);
  }

  /** The stream is over and its context is gone. */
  get isOver(): boolean {
    return this.ended;
  }

  /** The client's request headers; what Envoy adds before any filter sees them is added. */
  requestHeaders(headers: Iterable<HeaderPair>, end: boolean): void {
    const map = new HeaderMap(headers);
    if (map.get(":scheme") === undefined) map.set(":scheme", "http");
    map.set("x-forwarded-proto", "http");
    map.set("x-request-id", randomUUID());
    this.requestHeaderMap = map;
    this.refreshRoute();
    if (!this.route?.disabled?.includes(this.root.rootId))
      this.filter = new WasmFilter(this.vm, this.root, this, this.options.holdsHeaders);
    this.request.headers(map, end);
  }

  /** A piece of the client's body. On HTTP/1.1 the end of a body is a callback of its own. */
  requestBody(data: Buffer, end: boolean): void {
    if (this.ended || this.responseComplete || this.requestAborted) return;
    this.requestBodySize += data.length;
    const separate = end && data.length > 0 && !this.options.downstreamHttp2;
    if (separate) this.request.data(data, false);
    if (!this.ended && !this.requestAborted) this.request.data(separate ? Buffer.alloc(0) : data, end);
  }

  requestTrailers(trailers: Iterable<HeaderPair>): void {
    if (!this.ended && !this.responseComplete && !this.requestAborted) this.request.trailers(new HeaderMap(trailers));
  }

  /** The provider's response headers, `:status` among them. */
  responseHeaders(headers: Iterable<HeaderPair>, end: boolean): void {
    if (this.ended || this.responseHeaderMap) return;
    this.details = "via_upstream";
    this.responseHeaderMap = new HeaderMap([...headers, ["x-envoy-upstream-service-time", "0"]]);
    this.responseComplete = end;
    this.response.headers(this.responseHeaderMap, end);
  }

  responseBody(data: Buffer, end: boolean): void {
    if (this.ended || this.responseAborted) return;
    const separate = end && data.length > 0 && !this.options.upstreamHttp2;
    if (separate) this.response.data(data, false);
    if (this.ended || this.responseAborted) return;
    this.responseComplete = end;
    this.response.data(separate ? Buffer.alloc(0) : data, end);
  }

  responseTrailers(trailers: Iterable<HeaderPair>): void {
    if (this.ended || this.responseAborted) return;
    this.responseComplete = true;
    this.responseTrailerMap = new HeaderMap(trailers);
    this.response.trailers(this.responseTrailerMap);
  }

  /**
   * The provider's connection broke: an error of Envoy's own as long as the client has no headers, be it that a plugin
   * holds them; after that the client's stream breaks too.
   */
  upstreamReset(reason = "connection_termination"): void {
    if (this.ended) return;
    const when = this.responseHeaderMap ? "after" : "before";
    const details = `upstream_reset_${when}_response_started{${reason}}`;
    if (this.client.headers) {
      this.details = details;
      return this.reset();
    }
    const text = reason.replaceAll("_", " ");
    const body = `upstream connect error or disconnect/reset before headers. reset reason: ${text}`;
    const status = reason === "protocol_error" ? 502 : 503;
    this.sendLocalReply(status, Buffer.from(body), new HeaderMap(), details);
  }

  /** The client went away. */
  clientReset(): void {
    if (this.ended) return;
    this.details = "downstream_remote_disconnect";
    this.reset();
  }

  // StreamControl: what the plugin asks for.

  continueRequest(): void {
    if (!this.ended) this.request.continue();
  }

  continueResponse(): void {
    if (!this.ended) this.response.continue();
  }

  whyNotContinue(type: number): string | null {
    if (this.ended) return "of a stream that is over";
    return (type === StreamType.Request ? this.request : this.response).stopped ? null : "that is not stopped";
  }

  sendLocalReply(status: number, body: Buffer, headers: HeaderMap, details: string): void {
    if (this.ended) return;
    if (this.phase === "request") this.requestAborted = true;
    else if (this.phase === "response") this.responseAborted = true;
    this.details = details;
    const reply = localReply(status, body, headers);
    // Envoy keeps the length of what HEAD does not get.
    if (this.requestHeaderMap?.get(":method") === "HEAD") reply.body = Buffer.alloc(0);
    if (!this.responseHeaderMap) {
      this.refreshRoute();
      if (this.phase === "request") this.prepared ??= reply;
      else this.encodeReply(reply);
    } else if (!this.client.headers) {
      // The provider's answer is already on its way through the filter: the reply goes around it.
      this.responseAborted = true;
      this.responseHeaderMap = reply.headers;
      this.sinkResponseHeaders(reply.headers, reply.body.length === 0);
      if (reply.body.length > 0) this.sinkResponseData(reply.body, true);
    } else this.reset();
  }

  close(): void {
    this.details ||= "wasm_close_stream";
    this.reset();
  }

  private reset(): void {
    if (this.ended) return;
    this.client.end = "reset";
    this.finish();
  }

  addRequestTrailers(): HeaderMap {
    const trailers = new HeaderMap();
    this.request.addTrailers(trailers);
    return trailers;
  }

  addResponseTrailers(): HeaderMap {
    this.responseTrailerMap = new HeaderMap();
    this.response.addTrailers(this.responseTrailerMap);
    return this.responseTrailerMap;
  }

  private requestHooks(): DirectionHooks {
    return {
      callHeaders: (headers, end) => this.during("request", (filter) => filter.onRequestHeaders(headers, end)),
      callData: (data, end) => this.during("request", (filter) => filter.onRequestBody(data, end, this.request)),
      callTrailers: (trailers) => this.during("request", (filter) => filter.onRequestTrailers(trailers)),
      sinkHeaders: (headers, end) => this.routeRequest(headers, end),
      sinkData: (data, end) => {
        this.upstream.write(data);
        if (end) this.upstream.complete();
      },
      sinkTrailers: (trailers) => {
        this.upstream.trailers = trailers;
        this.upstream.complete();
      },
      tooLarge: () =>
        this.sendLocalReply(413, Buffer.from("Payload Too Large"), new HeaderMap(), "request_payload_too_large"),
      endedByReply: () => this.sendPrepared(),
      over: () => this.ended || this.responseComplete,
    };
  }

  private responseHooks(): DirectionHooks {
    return {
      callHeaders: (headers, end) => this.during("response", (filter) => filter.onResponseHeaders(headers, end)),
      callData: (data, end) => this.during("response", (filter) => filter.onResponseBody(data, end, this.response)),
      callTrailers: (trailers) => this.during("response", (filter) => filter.onResponseTrailers(trailers)),
      sinkHeaders: (headers, end) => this.sinkResponseHeaders(headers, end),
      sinkData: (data, end) => this.sinkResponseData(data, end),
      sinkTrailers: (trailers) => {
        this.client.trailers = trailers;
        this.completeResponse();
      },
      tooLarge: () =>
        this.sendLocalReply(500, Buffer.from("Internal Server Error"), new HeaderMap(), "response_payload_too_large"),
      endedByReply: () => this.responseAborted || this.ended,
      over: () => this.ended || this.responseAborted,
    };
  }

  private during(phase: "request" | "response", call: (filter: WasmFilter) => number): number {
    if (!this.filter) return 0;
    const outer = this.phase;
    this.phase = phase;
    try {
      return call(this.filter);
    } finally {
      this.phase = outer;
    }
  }

  private sendPrepared(): boolean {
    const reply = this.prepared;
    this.prepared = null;
    if (reply && !this.ended) this.encodeReply(reply);
    return this.requestAborted || this.ended;
  }

  private encodeReply(reply: LocalReply): void {
    this.responseHeaderMap = reply.headers;
    const empty = reply.body.length === 0;
    this.responseComplete = empty;
    this.response.headers(reply.headers, empty);
    if (empty || this.ended || this.responseAborted) return;
    this.responseComplete = true;
    this.response.data(reply.body, true);
  }

  // The router is the last filter of the request's way.
  private routeRequest(headers: HeaderMap, end: boolean): void {
    this.refreshRoute();
    if (!this.route) return this.sendLocalReply(404, Buffer.alloc(0), new HeaderMap(), "route_not_found");
    const { direct } = this.route;
    if (direct) {
      const { status, body, headers: added } = direct;
      return this.sendLocalReply(status, Buffer.from(body), new HeaderMap(Object.entries(added)), "direct_response");
    }
    this.upstream.start(headers, end);
    if (end) this.upstream.complete();
  }

  private sinkResponseHeaders(headers: HeaderMap, end: boolean): void {
    this.client.start(headers, end);
    if (end) this.completeResponse();
  }

  private sinkResponseData(data: Buffer, end: boolean): void {
    this.client.write(data);
    if (end) this.completeResponse();
  }

  private completeResponse(): void {
    const bodyless = this.requestHeaderMap?.get(":method") === "HEAD" || this.client.headers?.get(":status") === "304";
    this.client.complete(bodyless);
    this.finish();
  }

  private finish(): void {
    if (this.ended) return;
    this.ended = true;
    this.filter?.end({
      requestHeaders: this.requestHeaderMap,
      responseHeaders: this.responseHeaderMap,
      responseTrailers: this.responseTrailerMap,
    });
  }
}
