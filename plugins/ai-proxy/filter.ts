import { Slice } from "../../assembly/bytes/slice";
import { BodyBuffer, requestBody } from "../../assembly/host/body";
import { HeaderMap, requestHeaders, responseHeaders } from "../../assembly/host/headers";
import { BodyAction, BodyMode, HeadersAction, HOLD } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { HoldDeadline, HoldingFilter } from "../../assembly/plugin/hold-deadline";
import { heldRequestBody, heldResponseBody, releaseResponse, resumeRequest } from "../../assembly/plugin/resume";
import { ProviderResponse } from "./response/response";
import { BodyNeed } from "./request/body-need";
import { Exchange } from "./exchange";
import { FormUpload } from "./request/form-upload";
import { VALUES } from "./config/built-features";
import { endTrial, judgeBody, judgeHeaders, KeyOutcome, noteBody } from "./keys/key-outcome";
import { ProviderConfig } from "./config/provider-config";
import { ValueSource } from "./config/value-source";
import { mayHoldFailures } from "./response/held-response";
import { markNextKey } from "./response/next-key";
import { isCompressed, isFromProvider } from "./response/response-headers";
import { ResponseMask } from "./response/response-mask";
import { contextOf, credentialOf } from "./request/awaited-values";
import { forwardHeaders } from "./request/forward";
import { forwardBody, forwardForm } from "./request/forward-body";
import { probeKey } from "./request/key-probe";
import { prepareHeaders } from "./request/prepare-headers";
import { refuse } from "./request/refusal";
import { valueDesk } from "./request/value-desk";
import { ValueWaiter } from "./request/value-waiters";

/** How long the next target of a fallback set waits for what an error says about its API key, in milliseconds. */
const LONGEST_WAIT = 500;

const pool = new FilterPool<AiProxyFilter>();

/** Translates between the client and the provider that serves the stream. */
export class AiProxyFilter extends HoldingFilter {
  private readonly exchange: Exchange;
  private readonly response: ProviderResponse;
  /** Masks the response of the stream, if API keys are configured. */
  private mask: ResponseMask | null = null;
  /** The object of `mask`, kept for the next stream. */
  private ownMask: ResponseMask | null = null;
  private upload: FormUpload | null = null;
  private waiter: ValueWaiter | null = null;
  /** The values that were asked for, at most two: whether or not they came, the request does not wait for them again. */
  private awaited: ValueSource | null = null;
  private awaitedBefore: ValueSource | null = null;
  private isBodyHeld: bool = false;
  /** Whether the body of the response may say that the API key failed. */
  private isKeyInBody: bool = false;
  private lateBody: HoldDeadline | null = null;

  constructor() {
    super();
    const exchange = new Exchange();
    this.exchange = exchange;
    this.response = new ProviderResponse(exchange);
  }

  /** A filter for one stream. */
  static of(config: ProviderConfig): AiProxyFilter {
    const spare = pool.take();
    const filter = spare ? spare : new AiProxyFilter();
    filter.begin(config);
    return filter;
  }

  private begin(config: ProviderConfig): void {
    const secrets = config.secrets;
    this.exchange.begin(config);
    if (secrets === null) return;
    const own = this.ownMask;
    const mask = own ? own : new ResponseMask(this.exchange);
    mask.begin(secrets);
    this.ownMask = mask;
    this.mask = mask;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const need = prepareHeaders(this.exchange, headers, endOfStream);
    if (this.exchange.probeNumber) probeKey(this.exchange, headers);
    if (need == BodyNeed.Refused) {
      refuse(this.exchange);
      return HeadersAction.Pause;
    }
    if (need == BodyNeed.None) return HeadersAction.Continue;
    if (need == BodyNeed.Signature) return this.signHeaders();
    if (need == BodyNeed.Form) this.upload = new FormUpload(this.exchange, headers);
    this.requestBodyMode = need == BodyNeed.Form ? BodyMode.Streaming : BodyMode.Whole;
    return HeadersAction.HoldForBody;
  }

  override onStreamingRequestBody(chunk: Slice, isLastChunk: bool): Slice {
    const upload = this.upload!;
    if (!upload.push(chunk, isLastChunk)) return this.refuseUpload();
    if (upload.isForwarded) return chunk;
    if (!upload.isFound && !isLastChunk) return HOLD;
    if (!forwardForm(this.exchange, upload, requestBody)) return this.refuseUpload();
    upload.isForwarded = true;
    return chunk;
  }

  /** Trailers end a form that names no model. */
  override onRequestTrailers(trailers: HeaderMap): HeadersAction {
    const upload = this.upload;
    if (upload === null || upload.isForwarded) return HeadersAction.Continue;
    if (forwardForm(this.exchange, upload, heldRequestBody())) return HeadersAction.Continue;
    refuse(this.exchange);
    return HeadersAction.Pause;
  }

  private refuseUpload(): Slice {
    refuse(this.exchange);
    return HOLD;
  }

  override onRequestBody(body: BodyBuffer): BodyAction {
    this.isBodyHeld = true;
    return this.forward(body);
  }

  /** The value that the request waits for was fetched, or could not be. */
  onValue(): void {
    const isForwarded = this.isBodyHeld ? this.forward(heldRequestBody()) == BodyAction.Continue : this.signed();
    if (isForwarded) resumeRequest();
  }

  private forward(body: BodyBuffer): BodyAction {
    const exchange = this.exchange;
    // The credential last: it may expire while the request waits for the text.
    if (this.awaits(contextOf(exchange)) || this.awaits(credentialOf(exchange))) return BodyAction.Pause;
    if (forwardBody(exchange, body)) return BodyAction.Continue;
    refuse(exchange);
    return BodyAction.Pause;
  }

  private signHeaders(): HeadersAction {
    if (this.awaits(credentialOf(this.exchange))) return HeadersAction.Pause;
    return this.signed() ? HeadersAction.Continue : HeadersAction.Pause;
  }

  private signed(): bool {
    if (forwardHeaders(this.exchange, requestHeaders)) return true;
    refuse(this.exchange);
    return false;
  }

  /** Whether the request must wait for a value that was never fetched, or has expired: `onValue` is then called. */
  private awaits(source: ValueSource | null): bool {
    if (!VALUES) return false;
    if (source === null || source === this.awaited || source === this.awaitedBefore) return false;
    this.awaitedBefore = this.awaited;
    this.awaited = source;
    const waiter = new FilterWaiter(this);
    this.waiter = waiter;
    return valueDesk().awaits(source, waiter);
  }

  override onStreamDone(): void {
    const waiter = this.waiter;
    if (waiter) waiter.leave();
    this.endWait();
    endTrial(this.exchange);
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    // A response that no provider sent passes untouched.
    if (!isFromProvider(this.exchange.isInRoutersChain)) return HeadersAction.Continue;
    const hasKeys = this.exchange.config.failover !== null;
    const mayHold = mayHoldFailures(this.exchange);
    const outcome = hasKeys ? this.judgeKey(headers, endOfStream, mayHold) : KeyOutcome.Passed;
    if (outcome == KeyOutcome.Replied) return HeadersAction.Pause;
    const mask = this.mask;
    if (mask) mask.onHeaders(headers, endOfStream, mayHold);
    const action = this.response.onHeaders(headers, endOfStream);
    if (hasKeys) markNextKey(this.exchange, headers);
    this.responseBodyMode = mask
      ? mask.bodyMode(this.response.bodyMode, this.response.isOnlyRead)
      : this.response.bodyMode;
    if (outcome == KeyOutcome.NeedsBody && this.response.error !== null) {
      if (!mayHold) return HeadersAction.Continue;
      const late = new HoldDeadline();
      late.begin(this, LONGEST_WAIT);
      this.lateBody = late;
      return HeadersAction.HoldForBody;
    }
    if (outcome == KeyOutcome.NeedsBody) {
      this.responseBodyMode = BodyMode.Whole;
      return mayHold ? HeadersAction.HoldForBody : HeadersAction.Continue;
    }
    return mask && mask.replacesBody && mayHold ? HeadersAction.HoldForBody : action;
  }

  /** Reads what the response says about its API key. */
  private judgeKey(headers: HeaderMap, endOfStream: bool, mayHold: bool): KeyOutcome {
    const outcome = judgeHeaders(this.exchange, headers, !endOfStream && !isCompressed(headers), mayHold);
    this.isKeyInBody = outcome == KeyOutcome.NeedsBody;
    return outcome;
  }

  override onResponseBody(body: BodyBuffer): BodyAction {
    const mask = this.mask;
    if (mask && mask.replacesBody) return mask.replaceBody(body);
    if (mask) mask.onBody(body);
    if (this.isKeyInBody && !mayHoldFailures(this.exchange)) {
      noteBody(this.exchange, body.bytes());
      if (this.response.bodyMode != BodyMode.Whole) return BodyAction.Continue;
    } else if (this.isKeyInBody) {
      if (judgeBody(this.exchange, responseHeaders, body.bytes()) == KeyOutcome.Replied) return BodyAction.Pause;
      markNextKey(this.exchange, responseHeaders);
      // The response itself may not be read.
      if (this.response.bodyMode != BodyMode.Whole) return BodyAction.Continue;
    }
    return this.response.onBody(body);
  }

  override onStreamingResponseBody(chunk: Slice, isLastChunk: bool): Slice {
    const mask = this.mask;
    const response = this.response;
    // A response that only reads gets the bytes before the mask holds them.
    const isOnlyRead = response.isOnlyRead;
    if (isOnlyRead && response.bodyMode != BodyMode.Skip) response.onChunk(chunk, isLastChunk);
    const masked = mask ? mask.push(chunk, isLastChunk) : chunk;
    const isDone = isOnlyRead || masked == HOLD || response.bodyMode == BodyMode.Skip;
    const forward = isDone ? masked : response.onChunk(masked, isLastChunk);
    if (forward != HOLD) this.settleKey();
    this.responseBodyMode = mask ? mask.bodyMode(response.bodyMode, isOnlyRead) : response.bodyMode;
    return forward;
  }

  override onResponseTrailers(trailers: HeaderMap): HeadersAction {
    const mask = this.mask;
    if (mask) mask.onTrailers(trailers);
    this.response.onTrailers();
    this.settleKey();
    return HeadersAction.Continue;
  }

  /** The response is an error whose headers are held for what its body says about the API key: as much as has come counts. */
  override onHoldExpired(): void {
    const error = this.response.error;
    if (!this.isKeyInBody || error === null) return;
    this.settleKey();
    error.cut(heldResponseBody());
    releaseResponse();
  }

  private settleKey(): void {
    const error = this.response.error;
    if (!this.isKeyInBody || error === null) return;
    this.isKeyInBody = false;
    this.endWait();
    if (mayHoldFailures(this.exchange)) judgeBody(this.exchange, responseHeaders, error.bytes);
    else noteBody(this.exchange, error.bytes);
  }

  override free(): void {
    const upload = this.upload;
    if (upload) upload.free();
    this.reset();
    if (pool.give(this)) return;
    this.response.dispose();
    this.exchange.dispose();
  }

  private reset(): void {
    this.response.reset();
    const mask = this.ownMask;
    if (mask) mask.reset();
    this.exchange.reset();
    this.mask = null;
    this.upload = null;
    this.waiter = null;
    this.awaited = null;
    this.awaitedBefore = null;
    this.isBodyHeld = false;
    this.isKeyInBody = false;
    this.endWait();
    this.lateBody = null;
  }

  private endWait(): void {
    const late = this.lateBody;
    if (late) late.end();
  }
}

class FilterWaiter extends ValueWaiter {
  constructor(private readonly filter: AiProxyFilter) {
    super(filter.contextId);
  }

  onValue(): void {
    this.filter.onValue();
  }
}
