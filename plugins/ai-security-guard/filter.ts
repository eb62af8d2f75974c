import { isMedia, isReadable } from "../../assembly/ai/body-model";
import { CONSUMER_HEADER, CONSUMER_STATE } from "../../assembly/ai/contract";
import { takesJsonOnly } from "../../assembly/ai/prompt/apis";
import { RequestPath } from "../../assembly/ai/request-path";
import { withoutQuery } from "../../assembly/bytes/query";
import { ABSENT, Slice, sliceEquals, sliceSize, startsWithIgnoringCase } from "../../assembly/bytes/slice";
import { BodyBuffer } from "../../assembly/host/body";
import { FilterState } from "../../assembly/host/filter-state";
import { HeaderMap, responseHeaders } from "../../assembly/host/headers";
import { BodyAction, BodyMode, HeadersAction } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { HoldingFilter } from "../../assembly/plugin/hold-deadline";
import { heldRequestBody, heldResponseBody, resumeRequest, resumeResponse } from "../../assembly/plugin/resume";
import { BodyCheck, Step } from "./body-check";
import { CheckSide } from "./checkers/check-piece";
import { GuardConfig } from "./config";
import { refuse } from "./deny-reply";
import { StreamGuard } from "./stream/stream-guard";

const EVENT_STREAM = "text/event-stream";
/** Response header: the checks with `annotate` that a text did not pass. */
const ALERTS_HEADER = "x-ai-security-alerts";

const pool = new FilterPool<GuardFilter>();
const path = new RequestPath();
const consumerState = new FilterState(CONSUMER_STATE);

/** The check of the bodies of a filter. */
class FilterCheck extends BodyCheck {
  filter: GuardFilter | null = null;

  override onStep(): void {
    const filter = this.filter;
    if (filter) filter.onStep();
  }
}

/** Has the texts of a request and of its response checked. */
export class GuardFilter extends HoldingFilter {
  private config: GuardConfig | null = null;
  private readonly check: FilterCheck = new FilterCheck();
  /** The stream of the response; `null` until one of the filter's streams was one. */
  private events: StreamGuard | null = null;

  /** A filter for one stream. */
  static of(config: GuardConfig): GuardFilter {
    const spare = pool.take();
    const filter = spare ? spare : new GuardFilter();
    filter.config = config;
    filter.check.filter = filter;
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const config = this.config!;
    const name = headers.get(":path");
    path.read(name == ABSENT ? name : withoutQuery(name));
    const consumer = consumerState.get();
    this.check.open(
      config,
      this.contextId,
      path.api,
      sliceSize(consumer) > 0 ? consumer : headers.get(CONSUMER_HEADER),
    );
    // Only a GET opens a WebSocket.
    const upgrade = sliceEquals(headers.get(":method"), "GET") ? headers.get("upgrade") : ABSENT;
    // Servers read JSON whatever the content type says.
    const type = takesJsonOnly(path.api) ? ABSENT : headers.get("content-type");
    const encoding = headers.get("content-encoding");
    // A compressed response could not be read.
    if (config.response.length && headers.get("accept-encoding") != ABSENT) headers.remove("accept-encoding");
    if (endOfStream || !isReadable(ABSENT, type, upgrade) || isMedia(type)) return HeadersAction.Continue;
    if (config.request.length && !isReadable(encoding, type, upgrade)) {
      refuse(
        path.api,
        415,
        "A compressed request cannot be checked: send it without content-encoding.",
        "request_encoded",
      );
      return HeadersAction.Pause;
    }
    this.requestBodyMode = BodyMode.Whole;
    return HeadersAction.HoldForBody;
  }

  override onRequestBody(body: BodyBuffer): BodyAction {
    return this.check.request(body) == Step.Waits ? BodyAction.Pause : BodyAction.Continue;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const config = this.config!;
    if (headers.get(ALERTS_HEADER) != ABSENT) headers.remove(ALERTS_HEADER);
    this.annotate(headers);
    if (!config.response.length || endOfStream || !isSuccess(headers.status)) return HeadersAction.Continue;
    const type = headers.get("content-type");
    const isStream = startsWithIgnoringCase(type, EVENT_STREAM);
    const saysJson = type == ABSENT || startsWithIgnoringCase(type, "application/json");
    if (!isStream && !saysJson) {
      const isOther = isMedia(type) || !isReadable(ABSENT, type, ABSENT);
      if (isOther && !takesJsonOnly(this.check.api)) return HeadersAction.Continue;
      // It may be JSON all the same. Only a check that blocks without a verdict is worth the wait for its end.
      if (this.check.takesOtherResponse()) return HeadersAction.Continue;
    }
    if (!isReadable(headers.get("content-encoding"), ABSENT, ABSENT)) {
      refuse(this.check.api, 502, "The response cannot be checked.", "response_unreadable");
      return HeadersAction.Pause;
    }
    if (isStream) {
      if (headers.get("content-length") != ABSENT) headers.remove("content-length");
      const spare = this.events;
      const events = spare ? spare : new StreamGuard();
      events.startStream(this, config, this.check);
      this.events = events;
      this.responseBodyMode = BodyMode.Streaming;
      return HeadersAction.Continue;
    }
    this.responseBodyMode = BodyMode.Whole;
    return HeadersAction.HoldForBody;
  }

  override onStreamingResponseBody(chunk: Slice, isLastChunk: bool): Slice {
    return this.events!.push(chunk, isLastChunk);
  }

  override onResponseTrailers(trailers: HeaderMap): HeadersAction {
    if (this.responseBodyMode != BodyMode.Streaming) return HeadersAction.Continue;
    return this.events!.end() ? HeadersAction.Pause : HeadersAction.Continue;
  }

  override onHoldExpired(): void {
    const events = this.events;
    if (events) events.onExpired();
  }

  override onStreamDone(): void {
    const events = this.events;
    if (events) events.stop();
  }

  override onResponseBody(body: BodyBuffer): BodyAction {
    const step = this.check.response(body);
    if (step == Step.Goes) this.annotate(responseHeaders);
    return step == Step.Waits ? BodyAction.Pause : BodyAction.Continue;
  }

  /** Checks have ended in a callback of a callout. */
  onStep(): void {
    if (this.check.side == CheckSide.Request) {
      if (this.check.proceed(heldRequestBody()) == Step.Goes) resumeRequest();
      return;
    }
    if (this.check.proceed(heldResponseBody()) != Step.Goes) return;
    this.annotate(responseHeaders);
    resumeResponse();
  }

  override free(): void {
    this.reset();
    if (pool.give(this)) return;
    this.check.dispose();
    const events = this.events;
    if (events) events.free();
  }

  private reset(): void {
    this.config = null;
    this.check.reset();
    const events = this.events;
    if (events) events.clear();
  }

  private annotate(headers: HeaderMap): void {
    const alerts = this.check.annotations.slice;
    if (sliceSize(alerts)) headers.set(ALERTS_HEADER, alerts);
  }
}

function isSuccess(status: i32): bool {
  return status >= 200 && status < 300;
}
