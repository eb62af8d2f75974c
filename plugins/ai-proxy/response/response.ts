import { Api } from "../../../assembly/ai/api";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceOf, sliceSize, startsWithIgnoringCase } from "../../../assembly/bytes/slice";
import { BodyBuffer, responseBody } from "../../../assembly/host/body";
import { HeaderMap, responseHeaders } from "../../../assembly/host/headers";
import { JsonDocument } from "../../../assembly/json/document";
import { BodyAction, BodyMode, HeadersAction, HOLD } from "../../../assembly/plugin/filter";
import { ResponseEditor } from "./response-editor";
import { ReplacedBody } from "./replaced-body";
import { MOST_HELD, ResponseStream } from "./response-stream";
import { EditedStream } from "./edited-stream";
import { translateError } from "./error-response";
import { Exchange } from "../exchange";
import { BodyTreatment } from "../provider";
import { providerOf } from "../providers";
import { Protocol } from "../config/provider-config";
import { publishUsage } from "./published-usage";
import { firstError } from "./first-error";
import { isInFallbackSet } from "../keys/fallback-set";
import { announceError, failHeld, mayHoldFailures, setLength } from "./held-response";
import { FAILED } from "./hidden-failure";
import { noteIncomplete } from "./incomplete-streams";
import { countLossy } from "./lossy-responses";
import { isCompressed, isEventStream, nameServer, noteCompressed } from "./response-headers";
import {
  COMPRESSED_RESPONSE,
  EMPTY_RESPONSE,
  maySendReply,
  replyBadResponse,
  replyWithError,
  UNASKED_STREAM,
} from "./response-reply";
import { hasKnownEnd } from "./stream-end";
import { clientStream } from "./translation";
import { StreamedError } from "./streamed-error";
import { isWatched, WatchedBody } from "./watched-body";
import { WatchedStream } from "./watched-stream";
import { editResponse, replaceFailure, streamResponse, translateResponse } from "./whole-response";

const document = new JsonDocument();
const out = new ByteBuffer();

/** The provider's response to one request, and what the client gets of it. */
export class ProviderResponse {
  /** How the body must be seen; decided by `onHeaders`. */
  bodyMode: BodyMode = BodyMode.Skip;
  /** Whether the body is only read: `onChunk` gives the bytes back that it gets. */
  isOnlyRead: bool = false;
  /** The error whose headers are forwarded at once; `null` if there is none. */
  error: StreamedError | null = null;
  private status: i32 = 0;
  private isPlainText: bool = false;
  /** The headers of an error were forwarded before its body. */
  private isAnnounced: bool = false;
  private stream: ResponseStream | null = null;
  private isConverted: bool = false;
  private isEdited: bool = false;
  /** Headers wait for the stream's first event, of which these bytes have come. */
  private isHolding: bool = false;
  private heldBytes: i32 = 0;
  /** The stream passes, and ends in a known way. */
  private hasEnd: bool = false;
  /** Kept for the next response whose body passes. */
  private passedBody: WatchedBody | null = null;

  constructor(private readonly exchange: Exchange) {}

  /** Reads the headers and decides how the body is processed. */
  onHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const exchange = this.exchange;
    this.status = headers.status;
    nameServer(exchange, headers);
    if (exchange.config.protocol == Protocol.Original || exchange.api == Api.Unknown) return HeadersAction.Continue;
    if (this.status >= 400) return this.onErrorHeaders(headers, endOfStream);
    if (this.status < 200 || this.status > 299) return HeadersAction.Continue;
    const treatment = providerOf(exchange).responseTreatment(exchange);
    const isProviders = treatment == BodyTreatment.Converted;
    const isStream = isProviders ? providerOf(exchange).isStream(headers.get("content-type")) : isEventStream(headers);
    const isLegible = !exchange.isBridged || (exchange.hasChat && !isProviders);
    const mayEdit = treatment != BodyTreatment.Untouched && isLegible;
    this.isEdited = mayEdit && ResponseEditor.isNeeded(exchange, isStream);
    if (isProviders || exchange.isBridged) {
      return exchange.wasTranslated ? this.onTranslated(headers, isStream, endOfStream) : HeadersAction.Continue;
    }
    if (endOfStream) return HeadersAction.Continue;
    return this.onPassed(headers, isStream, treatment);
  }

  private onErrorHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    if (endOfStream) {
      replyWithError(this.exchange, this.status, headers);
      return HeadersAction.Continue;
    }
    if (isCompressed(headers)) {
      // Where there are keys it is replaced.
      if (!this.exchange.config.secrets) noteCompressed("it is passed on as it is");
      return HeadersAction.Continue;
    }
    if (!maySendReply()) {
      this.stream = this.error = StreamedError.of(this.exchange, this.status, headers);
      this.isHolding = true;
      this.bodyMode = BodyMode.Streaming;
      return HeadersAction.Continue;
    }
    this.bodyMode = BodyMode.Whole;
    this.isPlainText = startsWithIgnoringCase(headers.get("content-type"), "text/plain");
    if (mayHoldFailures(this.exchange)) return HeadersAction.HoldForBody;
    this.isAnnounced = true;
    announceError(headers);
    return HeadersAction.Continue;
  }

  /** The response to a translated request: it never reaches the client untranslated. */
  private onTranslated(headers: HeaderMap, isStream: bool, endOfStream: bool): HeadersAction {
    const exchange = this.exchange;
    if (endOfStream) return this.replace(headers, true, EMPTY_RESPONSE);
    if (isCompressed(headers)) {
      noteCompressed("the client gets a 502");
      return this.replace(headers, false, COMPRESSED_RESPONSE);
    }
    if (!isStream) {
      this.isConverted = true;
      this.bodyMode = BodyMode.Whole;
      return HeadersAction.HoldForBody;
    }
    const stream = exchange.streaming ? clientStream(exchange, this.isEdited) : null;
    if (stream === null) return this.replace(headers, false, UNASKED_STREAM);
    this.stream = stream;
    this.bodyMode = BodyMode.Streaming;
    if (!isEventStream(headers)) headers.setText("content-type", "text/event-stream");
    if (headers.get("content-length") != ABSENT) headers.remove("content-length");
    // A request that the provider refuses at once gets an error with its status, on which SDKs and Envoy's retries act.
    this.isHolding = true;
    return HeadersAction.HoldForBody;
  }

  /**
   * Puts an error in the place of a response that its API does not allow: a local reply or, where `fallback` may still try
   * another target, the status at once, and the error as the body if there is one.
   */
  private replace(headers: HeaderMap, endOfStream: bool, message: string): HeadersAction {
    if (!replyBadResponse(this.exchange, headers, message) && !endOfStream) {
      const body = new ReplacedBody(this.exchange, message);
      this.stream = body;
      this.bodyMode = BodyMode.Streaming;
      if (headers.get("content-encoding") != ABSENT) headers.remove("content-encoding");
      headers.setText("content-type", "application/json");
      setLength(body.size);
    }
    return HeadersAction.Continue;
  }

  /** A response that is in the client's protocol already. */
  private onPassed(headers: HeaderMap, isStream: bool, treatment: BodyTreatment): HeadersAction {
    const exchange = this.exchange;
    const isOpenAi = treatment == BodyTreatment.OpenAi;
    exchange.endsBroken = isStream && isOpenAi && hasKnownEnd(exchange.api) && isInFallbackSet();
    const watches = isOpenAi && (exchange.endsBroken || isWatched(exchange, isStream, headers));
    if (!watches && !this.isEdited) return HeadersAction.Continue;
    if (isCompressed(headers)) {
      noteCompressed("it is passed on as it is");
      return HeadersAction.Continue;
    }
    if (!isStream && this.isEdited) {
      this.bodyMode = BodyMode.Whole;
      return HeadersAction.HoldForBody;
    }
    this.isOnlyRead = !isStream;
    this.bodyMode = BodyMode.Streaming;
    if (!isStream) this.stream = this.watchedBody();
    else if (!this.isEdited) this.stream = new WatchedStream(exchange);
    else this.stream = new EditedStream(exchange, new ResponseEditor(exchange), null);
    this.hasEnd = isStream && watches && hasKnownEnd(exchange.api);
    const mayChange = isStream && (this.isEdited || exchange.asksForUsage || exchange.endsBroken);
    if (mayChange && headers.get("content-length") != ABSENT) headers.remove("content-length");
    return HeadersAction.Continue;
  }

  private watchedBody(): WatchedBody {
    const kept = this.passedBody;
    return kept ? kept : (this.passedBody = new WatchedBody(this.exchange));
  }

  /** Translates a whole body. */
  onBody(body: BodyBuffer): BodyAction {
    const exchange = this.exchange;
    out.release(64 * 1024);
    // Trailers may follow the headers at once: then there is no body that something could be put into.
    if (!body.size && (this.status >= 400 || this.isConverted)) return this.onEmptyBody();
    let failed = 0;
    if (this.status >= 400) {
      if (!translateError(exchange, document, this.status, this.isPlainText, body.bytes(), out))
        return BodyAction.Continue;
      if (!this.isAnnounced) responseHeaders.setText("content-type", "application/json");
    } else if (replaceFailure(exchange, body.bytes(), out)) {
      failed = FAILED;
    } else if (!this.isConverted) {
      // A body that is not JSON passes unchanged: the gateway did not change the request.
      const isChanged = editResponse(exchange, body.bytes(), out);
      publishUsage(exchange.usage);
      if (!isChanged) return BodyAction.Continue;
    } else if (exchange.streaming) {
      failed = streamResponse(exchange, body.bytes(), this.isEdited, out);
      if (!failed) responseHeaders.setText("content-type", "text/event-stream");
    } else failed = translateResponse(exchange, body.bytes(), this.isEdited, out);
    // Before the body: if it is above the buffer limit, Envoy replies 500 and writes the access log within the call.
    if (this.isConverted) {
      publishUsage(exchange.usage);
      countLossy();
    }
    if (failed && !failHeld(exchange, failed, out.slice)) return BodyAction.Continue;
    if (!this.isAnnounced) setLength(out.size);
    body.replace(out.slice);
    return BodyAction.Continue;
  }

  private onEmptyBody(): BodyAction {
    const exchange = this.exchange;
    if (this.status < 400) replyBadResponse(exchange, responseHeaders, EMPTY_RESPONSE, !mayHoldFailures(exchange));
    else if (!this.isAnnounced) replyWithError(exchange, this.status, responseHeaders);
    return BodyAction.Continue;
  }

  /** Translates a piece of a stream. */
  onChunk(chunk: Slice, isLastChunk: bool): Slice {
    const stream = this.stream;
    if (stream === null) return chunk;
    let forward = stream.push(chunk, isLastChunk);
    if (this.isHolding) {
      this.heldBytes += sliceSize(chunk);
      const mayBegin = !isLastChunk && !stream.hasBegun && !stream.errorStatus;
      if (mayBegin && this.heldBytes < MOST_HELD) return HOLD;
      this.isHolding = false;
      if (stream.errorStatus && !stream.hasBegun) forward = this.refuse(stream.errorStatus, forward);
    }
    if (stream.isDone) this.bodyMode = BodyMode.Skip;
    publishUsage(this.exchange.usage);
    if (isLastChunk) this.onEnd();
    return forward;
  }

  /** Reads the rest of a stream that trailers end: Envoy accepts no more bytes for the client then. */
  onTrailers(): void {
    const stream = this.stream;
    if (stream === null) return;
    const rest = stream.push(sliceOf(0, 0), true);
    if (this.isHolding && stream.errorStatus && !stream.hasBegun) {
      const error = this.refuse(stream.errorStatus, rest);
      if (error == HOLD) return;
      responseBody.begin(this.heldBytes);
      if (this.heldBytes) responseBody.replace(error);
      else responseHeaders.remove("content-length");
    } else if (this.isHolding && this.heldBytes) {
      responseBody.begin(this.heldBytes);
      responseBody.replace(rest);
    }
    publishUsage(this.exchange.usage);
    this.onEnd();
  }

  /** Makes the error event that a stream begins with the response; `HOLD` if it was sent as a local reply. */
  private refuse(status: i32, events: Slice): Slice {
    const error = firstError(this.exchange, status, events);
    if (!failHeld(this.exchange, status, error)) return HOLD;
    setLength(sliceSize(error));
    return error;
  }

  private onEnd(): void {
    countLossy();
    if (this.hasEnd && !this.exchange.isComplete) noteIncomplete(this.exchange.config.name);
  }

  /** Ends the response: every field is as in a new object. */
  reset(): void {
    const stream = this.stream;
    const passed = this.passedBody;
    if (stream && stream !== passed) stream.free();
    if (passed) passed.reset();
    this.bodyMode = BodyMode.Skip;
    this.isOnlyRead = false;
    this.status = 0;
    this.isPlainText = false;
    this.isAnnounced = false;
    this.stream = null;
    this.error = null;
    this.isConverted = false;
    this.isEdited = false;
    this.isHolding = false;
    this.heldBytes = 0;
    this.hasEnd = false;
  }

  /** Frees the memory of an object that was reset and is not used again. */
  dispose(): void {
    const passed = this.passedBody;
    if (passed) passed.free();
  }
}
