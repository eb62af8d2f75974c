// SPDX-License-Identifier: Apache-2.0
import { Attempt, type AttemptOwner } from "./attempt.ts";
import { targetOf } from "./clusters.ts";
import type { FilterPlace } from "./filter-link.ts";
import { HeaderMap } from "./header-map.ts";
import { resetReply } from "./local-reply.ts";
import { sendWhole, type MessageSink } from "./message-sink.ts";
import { isInternalRedirect, Retries } from "./retries.ts";
import type { StreamInfo } from "./stream-info.ts";
import type { StreamSettings } from "./stream-options.ts";
import type { ResponseMaps } from "./stream-state.ts";

/** The downstream chain as the router sees it. */
export interface Downstream {
  info: StreamInfo;
  maps: ResponseMaps;
  /** The last filter of the chain: the first one on the response's way. */
  response: MessageSink;
  /** Internal redirects that came before. */
  redirects: number;
  reply(status: number, body: Buffer, headers: HeaderMap, details: string): void;
  /** Starts the request again, as the response's `location` says. */
  redirect(response: HeaderMap): void;
  clientHasHeaders(): boolean;
  reset(): void;
  violate(what: string): void;
}

/** What the router keeps of a request to send it again. */
export interface KeptRequest {
  headers: HeaderMap;
  body: Buffer;
  trailers: HeaderMap | null;
  /** The end has come. */
  ended: boolean;
}

/** The last filter of the downstream chain: chooses route and target, and makes attempts (source/common/router). */
export class Router {
  attempt: Attempt | null = null;
  private kept: KeptRequest | null = null;
  private retries = new Retries(undefined);
  /** The response of the current attempt goes downstream. */
  private passing = false;

  constructor(
    private readonly places: FilterPlace[],
    private readonly options: StreamSettings,
    private readonly downstream: Downstream,
  ) {}

  /** What the request's way ends in. */
  readonly request: MessageSink = {
    headers: (headers, end) => this.route(headers, end),
    data: (data, end) => {
      if (!this.kept) return;
      this.kept.body = Buffer.concat([this.kept.body, data]);
      this.kept.ended = end;
      this.attempt?.request.data(data, end);
    },
    trailers: (trailers) => {
      if (!this.kept) return;
      Object.assign(this.kept, { trailers, ended: true });
      this.attempt?.request.trailers(trailers);
    },
  };

  /** The request as the downstream filters left it; null before it came. */
  get keptRequest(): KeptRequest | null {
    return this.kept;
  }

  /** The stream ends, and the current attempt with it. */
  end(): void {
    this.attempt?.end();
  }

  private route(headers: HeaderMap, end: boolean): void {
    const { info, reply } = this.downstream;
    info.refreshRoute(this.options.routes);
    const { route } = info;
    if (!route) return reply(404, Buffer.alloc(0), new HeaderMap(), "route_not_found");
    if (route.direct) {
      const added = new HeaderMap(Object.entries(route.direct.headers));
      return reply(route.direct.status, Buffer.from(route.direct.body), added, "direct_response");
    }
    route.rewrite?.(headers);
    this.kept = { headers, body: Buffer.alloc(0), trailers: null, ended: end };
    this.retries = new Retries(route.action?.retry_policy);
    this.tryNext(this.kept);
  }

  private tryNext(request: KeptRequest): void {
    const { info } = this.downstream;
    const target = targetOf(this.options.clusters, info.route?.cluster ?? "", this.retries.priority);
    info.target = target;
    info.responseComplete = false;
    this.retries.attempts++;
    const attempt = new Attempt(this.places, target, this.options, info, this.owner);
    this.attempt = attempt;
    sendWhole(attempt.request, request, () => attempt.isOver);
  }

  private readonly owner: AttemptOwner = {
    response: {
      headers: (headers, end) => this.headersArrived(headers, end),
      data: (data, end) => {
        if (end) this.attempt?.end();
        if (this.passing) this.downstream.response.data(data, end);
      },
      trailers: (trailers) => {
        this.attempt?.end();
        this.downstream.maps.trailers = trailers;
        if (this.passing) this.downstream.response.trailers(trailers);
      },
    },
    reply: (status, body, headers, details) => {
      this.downstream.info.details = details;
      this.attempt?.end();
      this.downstream.reply(status, body, headers, details);
    },
    broken: (reason) => this.attemptBroke(reason),
    clientHasHeaders: () => this.downstream.clientHasHeaders(),
    reset: () => this.downstream.reset(),
    violate: (what) => this.downstream.violate(what),
  };

  private headersArrived(headers: HeaderMap, end: boolean): void {
    const { info, maps, redirects } = this.downstream;
    const { kept } = this;
    // A filter of the downstream chain has replied in the meantime.
    if (maps.headers || !kept) return;
    if (this.retries.afterHeaders(headers)) {
      this.checkRepeat();
      return this.tryAgain(kept);
    }
    if (kept.ended && isInternalRedirect(info.route?.action?.internal_redirect_policy, headers, redirects)) {
      this.checkRepeat();
      return this.downstream.redirect(headers);
    }
    headers.set("x-envoy-upstream-service-time", "0");
    info.responseCode = headers.get(":status");
    maps.headers = headers;
    this.passing = true;
    if (end) this.attempt?.end();
    this.downstream.response.headers(headers, end);
  }

  private checkRepeat(): void {
    if (this.attempt?.isFatalToRepeat) this.downstream.violate("Envoy crashes: it repeats a response that was held");
  }

  private attemptBroke(reason: string): void {
    const { kept, downstream } = this;
    if (kept && !this.passing && !downstream.maps.headers && this.retries.afterReset(reason))
      return this.tryAgain(kept);
    this.attempt?.end();
    const details = `upstream_reset_${this.passing ? "after" : "before"}_response_started{${reason}}`;
    if (downstream.clientHasHeaders()) {
      downstream.info.details = details;
      return downstream.reset();
    }
    const { status, body } = resetReply(reason);
    downstream.reply(status, body, new HeaderMap(), details);
  }

  private tryAgain(request: KeptRequest): void {
    this.attempt?.end();
    this.tryNext(request);
  }
}
