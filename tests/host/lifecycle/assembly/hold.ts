import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { indexOfText, Slice, sliceEquals, sliceOf, sliceToString } from "../../../../assembly/bytes/slice";
import { BodyBuffer } from "../../../../assembly/host/body";
import { Callout, CalloutResponse, dispatchHttp } from "../../../../assembly/host/callout";
import { HeaderPairs } from "../../../../assembly/host/header-pairs";
import { HeaderMap } from "../../../../assembly/host/headers";
import { log, LogLevel } from "../../../../assembly/host/log";
import { BodyAction, BodyMode, HeadersAction, HOLD, HttpFilter, PAUSE } from "../../../../assembly/plugin/filter";
import {
  heldRequestBody,
  heldResponseBody,
  isRequestComplete,
  isResponseComplete,
  resumeRequest,
  resumeResponse,
} from "../../../../assembly/plugin/resume";

const text = new ByteBuffer();

/** Pauses for a callout at each piece, or whole body, that has a question mark; the response decides what goes on. */
export class HoldFilter extends HttpFilter {
  constructor(private readonly mode: string) {
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
    if (this.look(chunk, isLastChunk)) return PAUSE;
    if (sliceEquals(chunk, "hold")) return HOLD;
    if (indexOfText(chunk, "!", 0) < 0) return chunk;
    text.clear();
    return text.text("[").append(chunk).text("]").slice;
  }

  override onResponseTrailers(trailers: HeaderMap): void {
    log(LogLevel.Info, `trailers ${sliceToString(trailers.get("x-trailer"))}`);
  }

  override onStreamDone(): void {
    log(LogLevel.Info, "done");
  }

  /** Whether the piece is to wait. */
  private look(piece: Slice, isLast: bool): bool {
    log(LogLevel.Info, `piece "${sliceToString(piece)}"${isLast ? ", the last" : ""}`);
    if (indexOfText(piece, "?", 0) < 0) return false;
    const headers = new HeaderPairs();
    headers.addText(":method", "GET").addText(":path", "/").addText(":authority", "side");
    return dispatchHttp("side", headers, sliceOf(0, 0), 5000, new Verdict(this.contextId, this.requestBodyMode));
  }
}

class Verdict extends Callout {
  constructor(
    stream: u32,
    private readonly requestMode: BodyMode,
  ) {
    super();
    this.stream = stream;
  }

  onResponse(response: CalloutResponse): void {
    const isRequest = this.requestMode != BodyMode.Skip;
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
