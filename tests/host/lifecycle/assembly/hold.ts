import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import {
  indexOfText,
  Slice,
  sliceEquals,
  sliceOf,
  sliceOfBuffer,
  sliceToString,
  subslice,
} from "../../../../assembly/bytes/slice";
import { BodyBuffer } from "../../../../assembly/host/body";
import { Callout, CalloutResponse, dispatchHttp } from "../../../../assembly/host/callout";
import { HeaderPairs } from "../../../../assembly/host/header-pairs";
import { HeaderMap } from "../../../../assembly/host/headers";
import { log, LogLevel } from "../../../../assembly/host/log";
import { BodyAction, BodyMode, HeadersAction, HOLD, HttpFilter, PAUSE } from "../../../../assembly/plugin/filter";
import {
  forwardResponse,
  heldRequestBody,
  heldResponseBody,
  isRequestComplete,
  isResponseComplete,
  resumeRequest,
  resumeResponse,
} from "../../../../assembly/plugin/resume";

const text = new ByteBuffer();
const QUESTION = String.UTF8.encode("?");

/** Pauses for a callout at each piece, or whole body, that has a question mark; the response decides what goes on. */
export class HoldFilter extends HttpFilter {
  private readonly rest: ByteBuffer = new ByteBuffer();

  constructor(readonly mode: string) {
    super();
    const body = mode.includes("whole") ? BodyMode.Whole : BodyMode.Streaming;
    if (mode.includes("request")) this.requestBodyMode = body;
    else this.responseBodyMode = body;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    return this.requestBodyMode == BodyMode.Skip ? HeadersAction.Continue : HeadersAction.HoldForBody;
  }

  override onRequestBody(body: BodyBuffer): BodyAction {
    return this.look(body.bytes(), true) ? BodyAction.Pause : BodyAction.Continue;
  }

  override onStreamingRequestBody(chunk: Slice, isLastChunk: bool): Slice {
    return this.look(chunk, isLastChunk) ? PAUSE : chunk;
  }

  override onRequestTrailers(trailers: HeaderMap): HeadersAction {
    log(LogLevel.Info, `trailers ${sliceToString(trailers.get("x-trailer"))}`);
    return HeadersAction.Continue;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    headers.remove("content-length");
    return this.responseBodyMode == BodyMode.Whole ? HeadersAction.HoldForBody : HeadersAction.Continue;
  }

  override onResponseBody(body: BodyBuffer): BodyAction {
    return this.look(body.bytes(), true) ? BodyAction.Pause : BodyAction.Continue;
  }

  override onStreamingResponseBody(chunk: Slice, isLastChunk: bool): Slice {
    if (this.mode.includes("some")) return this.holdRest(chunk, isLastChunk);
    if (this.look(chunk, isLastChunk)) return PAUSE;
    if (sliceEquals(chunk, "hold")) return HOLD;
    if (indexOfText(chunk, "!", 0) < 0) return chunk;
    text.clear();
    return text.text("[").append(chunk).text("]").slice;
  }

  override onResponseTrailers(trailers: HeaderMap): HeadersAction {
    if (this.mode.includes("some")) return this.rest.size ? HeadersAction.Pause : HeadersAction.Continue;
    log(LogLevel.Info, `trailers ${sliceToString(trailers.get("x-trailer"))}`);
    return HeadersAction.Continue;
  }

  override onStreamDone(): void {
    log(LogLevel.Info, "done");
  }

  override free(): void {
    this.rest.dispose();
  }

  /** Keeps each piece from the first with a question mark on, for which it makes a call. */
  private holdRest(chunk: Slice, isLastChunk: bool): Slice {
    if (!this.look(chunk, isLastChunk) && !this.rest.size) return chunk;
    this.rest.append(chunk);
    return HOLD;
  }

  /** Forwards one character of what is kept, or all of it if the response has ended, and makes a call for the rest. */
  forwardSome(): void {
    const rest = this.rest;
    const count = isResponseComplete() ? rest.size : 1;
    log(LogLevel.Info, `forwards ${count} of ${rest.size}, held ${heldResponseBody().size}`);
    forwardResponse(subslice(rest.slice, 0, count));
    rest.dropFront(count);
    if (rest.size) this.look(sliceOfBuffer(QUESTION), false);
  }

  /** Whether the piece is to wait. */
  private look(piece: Slice, isLast: bool): bool {
    log(LogLevel.Info, `piece "${sliceToString(piece)}"${isLast ? ", the last" : ""}`);
    if (indexOfText(piece, "?", 0) < 0) return false;
    const headers = new HeaderPairs();
    headers.addText(":method", "GET").addText(":path", "/").addText(":authority", "side");
    return dispatchHttp("side", headers, sliceOf(0, 0), 5000, new Verdict(this));
  }
}

class Verdict extends Callout {
  constructor(private readonly filter: HoldFilter) {
    super();
    this.stream = filter.contextId;
  }

  onResponse(response: CalloutResponse): void {
    if (this.filter.mode.includes("some")) return this.filter.forwardSome();
    const isRequest = this.filter.requestBodyMode != BodyMode.Skip;
    const body = isRequest ? heldRequestBody() : heldResponseBody();
    const isComplete = isRequest ? isRequestComplete() : isResponseComplete();
    log(LogLevel.Info, `held "${sliceToString(body.bytes())}"${isComplete ? ", complete" : ""}`);
    text.clear();
    if (response.hasArrived && sliceEquals(response.headers.get(":status"), "200")) {
      body.replace(text.text("<").append(body.bytes()).text(">").slice);
    }
    if (isRequest) resumeRequest();
    else resumeResponse();
    // The second one finds nothing paused.
    if (isRequest) resumeRequest();
    else resumeResponse();
  }
}
