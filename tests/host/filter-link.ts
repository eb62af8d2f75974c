// SPDX-License-Identifier: Apache-2.0
import { MapType, StreamType } from "./abi.ts";
import type { RootContext, StreamControl } from "./contexts.ts";
import { FilterDirection, type DirectionHooks } from "./filter-direction.ts";
import { HeaderMap } from "./header-map.ts";
import { localReply, type LocalReply } from "./local-reply.ts";
import type { MessageSink } from "./message-sink.ts";
import type { StreamInfo } from "./stream-info.ts";
import type { StreamSettings } from "./stream-options.ts";
import { StreamState, type ResponseMaps } from "./stream-state.ts";
import type { Vm } from "./vm.ts";
import { WasmFilter } from "./wasm-filter.ts";

/** What stands around a filter in its chain. */
export interface Surroundings {
  info: StreamInfo;
  maps: ResponseMaps;
  /** Behind the filter on the request's way, and before it on the response's way. */
  request: MessageSink;
  response: MessageSink;
  /** The client has received response headers. */
  clientHasHeaders(): boolean;
  /** Sends a local reply to the client past all filters. */
  replyPastFilters(reply: LocalReply): void;
  /** Breaks the stream. */
  reset(): void;
}

/** A plugin's place in a chain; with a null `root` nothing stands there. */
export interface FilterPlace {
  vm: Vm;
  root: RootContext | null;
  /** A native filter stands there, which looks at the route: a route whose choice was cleared is chosen again. */
  looksAtRoute?: boolean;
}

/** One filter of a chain, both directions: a plugin, or nothing where the route switches it off. */
export class FilterLink extends StreamState implements StreamControl {
  private filter: WasmFilter | null = null;
  private readonly request: FilterDirection;
  private readonly response: FilterDirection;
  private phase: "request" | "response" | null = null;
  private requestAborted = false;
  private responseAborted = false;
  private readonly passedOn = { request: false, response: false };
  private prepared: LocalReply | null = null;
  private ended = false;
  private readonly root: RootContext | null;

  constructor(
    private readonly place: FilterPlace,
    options: StreamSettings,
    protected readonly around: Surroundings,
  ) {
    super(place.vm, options, around.info, around.maps);
    this.root = place.root;
    this.request = new FilterDirection(this.requestHooks(), options.bufferLimitBytes);
    this.response = new FilterDirection(this.responseHooks(), options.bufferLimitBytes);
  }

  /** The request's way into the filter. */
  readonly requestSink: MessageSink = {
    headers: (headers, end) => {
      if (this.place.looksAtRoute) this.info.refreshRoute(this.options.routes);
      this.createFilter();
      this.request.headers(headers, end);
    },
    data: (data, end) => {
      if (!this.requestIsOver) this.request.data(data, end);
    },
    trailers: (trailers) => {
      if (!this.requestIsOver) this.request.trailers(trailers);
    },
  };

  /** The response's way into the filter. */
  readonly responseSink: MessageSink = {
    headers: (headers, end) => {
      if (!this.responseIsOver) this.response.headers(headers, end);
    },
    data: (data, end) => {
      if (!this.responseIsOver) this.response.data(data, end);
    },
    trailers: (trailers) => {
      if (!this.responseIsOver) this.response.trailers(trailers);
    },
  };

  /** Whether the filter has held the headers of the response. */
  get hasHeldResponse(): boolean {
    return this.response.hasHeldHeaders;
  }

  /** From now on nothing passes the filter any more. */
  stop(): void {
    this.ended = true;
  }

  /** The access log's phase. A filter that the request never reached is made for it. */
  log(): void {
    this.createFilter();
    const { headers, trailers } = this.maps;
    this.filter?.log({
      requestHeaders: this.info.requestHeaders,
      responseHeaders: headers,
      responseTrailers: trailers,
    });
  }

  /** The plugin's stream ends. */
  end(): void {
    this.filter?.end();
  }

  continueRequest(): void {
    if (!this.ended) this.request.continue();
  }

  continueResponse(): void {
    if (!this.ended) this.response.continue();
  }

  whyNotContinue(type: number): string | null {
    if (this.ended) return "of a stream that is over";
    const direction = type === StreamType.Request ? this.request : this.response;
    return direction.stopped || direction.hasMore ? null : "that is not stopped";
  }

  headersWentOut(type: number): boolean {
    if (type === MapType.RequestHeaders) return this.passedOn.request;
    return type === MapType.ResponseHeaders && this.passedOn.response;
  }

  sendLocalReply(status: number, body: Buffer, headers: HeaderMap, details: string): void {
    if (this.ended) return;
    if (this.phase === "request") this.requestAborted = true;
    else if (this.phase === "response") this.responseAborted = true;
    this.info.details = details;
    const reply = localReply(status, body, headers);
    // Envoy keeps the length of what HEAD does not get.
    if (this.info.requestHeaders?.get(":method") === "HEAD") reply.body = Buffer.alloc(0);
    if (!this.maps.headers) {
      this.info.refreshRoute(this.options.routes);
      if (this.phase === "request") this.prepared ??= reply;
      else this.encodeReply(reply);
    } else if (!this.around.clientHasHeaders()) {
      // The provider's response is already on its way through the filters: the reply goes past them.
      this.responseAborted = true;
      this.maps.headers = reply.headers;
      this.around.replyPastFilters(reply);
    } else this.around.reset();
  }

  close(): void {
    this.info.details ||= "wasm_close_stream";
    this.around.reset();
  }

  addRequestTrailers(): HeaderMap {
    const trailers = new HeaderMap();
    this.request.addTrailers(trailers);
    return trailers;
  }

  addResponseTrailers(): HeaderMap {
    const trailers = new HeaderMap();
    this.maps.trailers = trailers;
    this.response.addTrailers(trailers);
    return trailers;
  }

  private get requestIsOver(): boolean {
    return this.ended || this.info.responseComplete || this.requestAborted;
  }

  private get responseIsOver(): boolean {
    return this.ended || this.responseAborted;
  }

  private createFilter(): void {
    if (this.filter || !this.root || this.info.route?.disabled?.includes(this.root.rootId)) return;
    this.filter = new WasmFilter(this.vm, this.root, this, this.options.holdsHeaders);
  }

  private requestHooks(): DirectionHooks {
    return {
      callHeaders: (headers, end) => this.during("request", (filter) => filter.onRequestHeaders(headers, end)),
      callData: (data, end) => this.during("request", (filter) => filter.onRequestBody(data, end, this.request)),
      callTrailers: (trailers) => this.during("request", (filter) => filter.onRequestTrailers(trailers)),
      sinkHeaders: (headers, end) => {
        this.passedOn.request = true;
        this.around.request.headers(headers, end);
      },
      sinkData: (data, end) => this.around.request.data(data, end),
      sinkTrailers: (trailers) => this.around.request.trailers(trailers),
      tooLarge: () =>
        this.sendLocalReply(413, Buffer.from("Payload Too Large"), new HeaderMap(), "request_payload_too_large"),
      endedByReply: () => this.sendPrepared(),
      over: () => this.ended || this.info.responseComplete,
    };
  }

  private responseHooks(): DirectionHooks {
    return {
      callHeaders: (headers, end) => this.during("response", (filter) => filter.onResponseHeaders(headers, end)),
      callData: (data, end) => this.during("response", (filter) => filter.onResponseBody(data, end, this.response)),
      callTrailers: (trailers) => this.during("response", (filter) => filter.onResponseTrailers(trailers)),
      sinkHeaders: (headers, end) => {
        this.passedOn.response = true;
        this.around.response.headers(headers, end);
      },
      sinkData: (data, end) => this.around.response.data(data, end),
      sinkTrailers: (trailers) => this.around.response.trailers(trailers),
      tooLarge: () =>
        this.sendLocalReply(500, Buffer.from("Internal Server Error"), new HeaderMap(), "response_payload_too_large"),
      endedByReply: () => this.responseIsOver,
      over: () => this.responseIsOver,
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
    this.maps.headers = reply.headers;
    const empty = reply.body.length === 0;
    this.info.responseComplete = empty;
    this.response.headers(reply.headers, empty);
    if (empty || this.responseIsOver) return;
    this.info.responseComplete = true;
    this.response.data(reply.body, true);
  }
}

/** A filter of the router's chain: its local replies are final and pass the downstream chain only. */
export class RouterLink extends FilterLink {
  constructor(
    place: FilterPlace,
    options: StreamSettings,
    around: Surroundings,
    private readonly reply: (status: number, body: Buffer, headers: HeaderMap, details: string) => void,
  ) {
    super(place, options, around);
  }

  override get responseCode(): string | undefined {
    return this.info.responseCode;
  }

  override sendLocalReply(status: number, body: Buffer, headers: HeaderMap, details: string): void {
    this.reply(status, body, headers, details);
  }

  // The route was chosen downstream.
  override clearRouteCache(): void {}
}
