// SPDX-License-Identifier: Apache-2.0
import { randomUUID } from "node:crypto";
import type { Attempt } from "./attempt.ts";
import { FilterLink, type FilterPlace } from "./filter-link.ts";
import { HeaderMap, type HeaderPair } from "./header-map.ts";
import { lateSink, sendWhole, type MessageSink } from "./message-sink.ts";
import type { FilterStateEntry } from "./properties.ts";
import { redirectRequest } from "./retries.ts";
import { Router } from "./router.ts";
import type { HostRoute } from "./routes.ts";
import { Side } from "./side.ts";
import { StreamInfo } from "./stream-info.ts";
import { settingsOf, type StreamOptions, type StreamSettings } from "./stream-options.ts";
import type { ResponseMaps } from "./stream-state.ts";

/** The plugins that a request passes, in the order of Envoy's configuration. */
export interface Chains {
  /** Before the router. */
  downstream: FilterPlace[];
  /** In the router's own chain, which runs once per attempt. */
  upstream: FilterPlace[];
}

/** One pass of the request through the downstream chain; an internal redirect begins another. */
interface Pass {
  info: StreamInfo;
  maps: ResponseMaps;
  links: FilterLink[];
  router: Router;
}

/**
 * One request through a gateway, driven step by step: the client's request goes in, `upstream` is what the provider
 * receives in the current attempt, its response goes in, `client` is what the client receives.
 */
export class HttpStream {
  /** What the client receives. */
  readonly client: Side;
  readonly options: StreamSettings;
  private readonly untouched: Side;
  private readonly toClient: MessageSink;
  private pass: Pass;
  private redirects = 0;
  private ended = false;

  constructor(
    private readonly chains: Chains,
    options: StreamOptions = {},
  ) {
    this.options = settingsOf(options);
    this.client = new Side("response", [":status"], (what) => this.violate(what));
    this.untouched = new Side("request", [], () => undefined);
    this.toClient = this.client.sink(() => this.completeResponse());
    this.pass = this.newPass(new StreamInfo(this.anyPlace.vm.environment.now()));
  }

  /** The stream is over and its contexts are gone. */
  get isOver(): boolean {
    return this.ended;
  }

  /** Envoy's response code details. */
  get details(): string {
    return this.pass.info.details;
  }

  get filterState(): Map<string, FilterStateEntry> {
    return this.pass.info.filterState;
  }

  /** The route of the current pass. */
  get route(): HostRoute | null {
    return this.pass.info.route;
  }

  /** The current attempt; null before the router made one. */
  get attempt(): Attempt | null {
    return this.pass.router.attempt;
  }

  /** What the provider receives in the current attempt. */
  get upstream(): Side {
    return this.attempt?.upstream ?? this.untouched;
  }

  /** The client's request headers; what Envoy adds before any filter sees them is added. */
  requestHeaders(headers: Iterable<HeaderPair>, end: boolean): void {
    const map = new HeaderMap(headers);
    if (map.get(":scheme") === undefined) map.set(":scheme", "http");
    map.set("x-forwarded-proto", "http");
    map.set("x-request-id", randomUUID());
    const { info, links } = this.pass;
    info.requestHeaders = map;
    info.refreshRoute(this.options.routes);
    links[0].requestSink.headers(map, end);
  }

  /** A piece of the client's body. On HTTP/1.1 the end of a body is a callback of its own. */
  requestBody(data: Buffer, end: boolean): void {
    const { info, links } = this.pass;
    if (this.ended || info.responseComplete) return;
    info.requestBodySize += data.length;
    const separate = end && data.length > 0 && !this.options.downstreamHttp2;
    if (separate) links[0].requestSink.data(data, false);
    links[0].requestSink.data(separate ? Buffer.alloc(0) : data, end);
  }

  requestTrailers(trailers: Iterable<HeaderPair>): void {
    this.pass.links[0].requestSink.trailers(new HeaderMap(trailers));
  }

  /** The response headers of the current attempt, `:status` among them. */
  responseHeaders(headers: Iterable<HeaderPair>, end: boolean): void {
    this.attempt?.responseHeaders(headers, end);
  }

  responseBody(data: Buffer, end: boolean): void {
    this.attempt?.responseBody(data, end);
  }

  responseTrailers(trailers: Iterable<HeaderPair>): void {
    this.attempt?.responseTrailers(trailers);
  }

  /** The connection of the current attempt broke. */
  upstreamReset(reason?: string): void {
    this.attempt?.upstreamReset(reason);
  }

  /** Envoy breaks the stream, as a filter asks it to. */
  close(): void {
    this.pass.links[0].close();
  }

  /** The client went away. */
  clientReset(): void {
    if (this.ended) return;
    this.pass.info.details = "downstream_remote_disconnect";
    this.reset();
  }

  private get anyPlace(): FilterPlace {
    return this.chains.downstream[0] ?? this.chains.upstream[0];
  }

  private violate(what: string): void {
    this.anyPlace.vm.violations.push(what);
  }

  private newPass(info: StreamInfo): Pass {
    const maps: ResponseMaps = { headers: null, trailers: null };
    const links: FilterLink[] = [];
    const last = (): FilterLink => links[links.length - 1];
    const router = new Router(this.chains.upstream, this.options, {
      info,
      maps,
      response: lateSink(() => last().responseSink),
      redirects: this.redirects,
      reply: (status, body, headers, details) => last().sendLocalReply(status, body, headers, details),
      redirect: (response) => this.redirect(response),
      clientHasHeaders: () => this.client.headers !== null,
      reset: () => this.reset(),
      violate: (what) => this.violate(what),
    });
    const { downstream } = this.chains;
    const places = downstream.length > 0 ? downstream : [{ vm: this.anyPlace.vm, root: null }];
    for (const [index, place] of places.entries()) {
      const request = lateSink(() => links[index + 1]?.requestSink ?? router.request);
      const response = links[index - 1]?.responseSink ?? this.toClient;
      links.push(new FilterLink(place, this.options, { ...this.around(info, maps), request, response }));
    }
    return { info, maps, links, router };
  }

  private around(info: StreamInfo, maps: ResponseMaps) {
    return {
      info,
      maps,
      clientHasHeaders: () => this.client.headers !== null,
      replyPastFilters: (reply: { headers: HeaderMap; body: Buffer }) =>
        sendWhole(this.toClient, { ...reply, trailers: null, ended: true }, () => this.ended),
      reset: () => this.reset(),
    };
  }

  private redirect(response: HeaderMap): void {
    const { info, maps, router } = this.pass;
    const policy = info.route?.action?.internal_redirect_policy;
    const request = router.keptRequest;
    if (!policy || !request) throw new Error("a redirect without a policy or a request");
    info.details = "internal_redirect";
    maps.headers = response;
    redirectRequest(request.headers, response, policy);
    info.clearRouteCache();
    info.refreshRoute(this.options.routes);
    this.endPass();
    this.redirects++;
    this.pass = this.newPass(info.redirected());
    this.pass.info.refreshRoute(this.options.routes);
    this.pass.info.requestBodySize = request.body.length;
    sendWhole(this.pass.links[0].requestSink, request, () => this.ended);
  }

  private reset(): void {
    if (this.ended) return;
    this.client.end = "reset";
    this.finish();
  }

  private completeResponse(): void {
    const method = this.pass.info.requestHeaders?.get(":method");
    this.client.complete(method === "HEAD" || this.client.headers?.get(":status") === "304");
    this.finish();
  }

  private finish(): void {
    if (this.ended) return;
    this.ended = true;
    this.endPass();
  }

  /** The order of Envoy: every downstream filter's log, then the end of each, then of those of the attempt. */
  private endPass(): void {
    const { links, router } = this.pass;
    for (const link of links) link.stop();
    for (const link of links) link.log();
    for (const link of links) link.end();
    router.end();
  }
}
