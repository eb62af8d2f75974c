// SPDX-License-Identifier: Apache-2.0
import type { Target } from "./clusters.ts";
import { RouterLink, type FilterPlace } from "./filter-link.ts";
import { HeaderMap, type HeaderPair } from "./header-map.ts";
import { lateSink, type MessageSink } from "./message-sink.ts";
import { Side } from "./side.ts";
import type { StreamInfo } from "./stream-info.ts";
import type { StreamSettings } from "./stream-options.ts";
import type { ResponseMaps } from "./stream-state.ts";

/** What the router does with what an attempt brings. */
export interface AttemptOwner {
  response: MessageSink;
  /** A filter of the attempt replies itself. */
  reply(status: number, body: Buffer, headers: HeaderMap, details: string): void;
  /** The connection broke, or was refused. */
  broken(reason: string): void;
  clientHasHeaders(): boolean;
  reset(): void;
  violate(what: string): void;
}

/** How Envoy names a connection that nobody accepts. */
const REFUSED = "remote_connection_failure|delayed_connect_error:_Connection_refused";

const NOWHERE: MessageSink = { headers: () => undefined, data: () => undefined, trailers: () => undefined };

/** One attempt of the router: the filters of its chain and the provider's connection. A test plays the provider. */
export class Attempt {
  /** What the provider receives. */
  readonly upstream: Side;
  private over = false;
  private readonly maps: ResponseMaps = { headers: null, trailers: null };
  private readonly links: RouterLink[] = [];
  private readonly toProvider: MessageSink;
  private readonly toRouter: MessageSink;

  constructor(
    places: FilterPlace[],
    readonly target: Target,
    readonly options: StreamSettings,
    private readonly info: StreamInfo,
    private readonly owner: AttemptOwner,
  ) {
    this.upstream = new Side("request", [":method", ":path", ":authority"], owner.violate);
    this.toProvider = this.upstream.sink();
    // A filter that let go of a held response may still pass on its body after the router gave the attempt up.
    this.toRouter = lateSink(() => (this.over ? NOWHERE : owner.response));
    for (const [index, place] of places.entries()) this.links.push(this.newLink(place, index));
  }

  /** Where the router puts the request. */
  get request(): MessageSink {
    return this.links[0]?.requestSink ?? this.toProvider;
  }

  /**
   * Whether Envoy crashes if it retries or redirects the response: a filter has held its headers, and Envoy is older than 1.37.
   * https://github.com/envoyproxy/envoy/pull/41879
   */
  get isFatalToRepeat(): boolean {
    const isOld = this.links.some(({ vm }) => vm.environment.envoy[0] === 1 && vm.environment.envoy[1] < 37);
    return isOld && this.links.some((link) => link.hasHeldResponse);
  }

  /** Nothing that the provider sends is read any more. */
  get isOver(): boolean {
    return this.over;
  }

  /** The filters end; those that the request did not reach never began. */
  end(): void {
    if (this.over) return;
    this.over = true;
    for (const link of this.links) link.stop();
    for (const link of this.links) link.end();
  }

  /**
   * Envoy makes the connection once the filters have seen what arrived of the request. False where the provider receives
   * nothing: nobody listens, or a header has a value that cannot be sent.
   */
  connect(): boolean {
    const name = this.upstream.headers?.unsendable;
    if (this.target.refuses) this.upstreamReset(REFUSED);
    else if (name && !this.over) {
      const message = `invalid header value for: ${name}`;
      const details = `filter_removed_required_request_headers{${message.replaceAll(" ", "_")}}`;
      this.owner.reply(503, Buffer.from(message), new HeaderMap(), details);
    }
    return !this.over;
  }

  /** The provider's response headers, `:status` among them. */
  responseHeaders(headers: Iterable<HeaderPair>, end: boolean): void {
    if (this.over || this.maps.headers) return;
    this.info.details = "via_upstream";
    this.maps.headers = new HeaderMap(headers);
    this.info.responseComplete = end;
    this.response.headers(this.maps.headers, end);
  }

  /** The response's headers as the filters have left them; null before there are any. */
  get answered(): HeaderMap | null {
    return this.maps.headers;
  }

  /** A piece of the response. On HTTP/1.1 the end of a body is a callback of its own. */
  responseBody(data: Buffer, end: boolean): void {
    if (this.over) return;
    const separate = end && data.length > 0 && !this.options.upstreamHttp2;
    if (separate) this.response.data(data, false);
    if (this.over) return;
    this.info.responseComplete = end;
    this.response.data(separate ? Buffer.alloc(0) : data, end);
  }

  responseTrailers(trailers: Iterable<HeaderPair>): void {
    if (this.over) return;
    this.info.responseComplete = true;
    this.maps.trailers = new HeaderMap(trailers);
    this.response.trailers(this.maps.trailers);
  }

  /** The connection broke, or was refused. */
  upstreamReset(reason = "connection_termination"): void {
    if (!this.over) this.owner.broken(reason);
  }

  private get response(): MessageSink {
    return this.links.at(-1)?.responseSink ?? this.toRouter;
  }

  private newLink(place: FilterPlace, index: number): RouterLink {
    const { owner } = this;
    return new RouterLink(
      place,
      this.options,
      {
        info: this.info,
        maps: this.maps,
        request: lateSink(() => this.links[index + 1]?.requestSink ?? this.toProvider),
        response: this.links[index - 1]?.responseSink ?? this.toRouter,
        clientHasHeaders: () => owner.clientHasHeaders(),
        replyPastFilters: () => undefined,
        reset: () => owner.reset(),
      },
      owner.reply,
    );
  }
}
