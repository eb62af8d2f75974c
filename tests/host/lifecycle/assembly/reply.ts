import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { Slice, sliceOf } from "../../../../assembly/bytes/slice";
import { BodyBuffer } from "../../../../assembly/host/body";
import { Callout, CalloutResponse, dispatchHttp } from "../../../../assembly/host/callout";
import { HeaderPairs } from "../../../../assembly/host/header-pairs";
import { HeaderMap } from "../../../../assembly/host/headers";
import { log, LogLevel } from "../../../../assembly/host/log";
import { sendLocalReply } from "../../../../assembly/host/reply";
import { turnTo } from "../../../../assembly/plugin/dispatcher";
import { BodyAction, BodyMode, HeadersAction, HttpFilter } from "../../../../assembly/plugin/filter";
import { setTickPeriod } from "../../../../assembly/plugin/root";

const message = new ByteBuffer();
const waiting: u32[] = [];

/** Replies to the streams that wait for a tick. */
export function replyAll(): void {
  for (let i = 0; i < waiting.length; i++) if (turnTo(waiting[i])) reply("tick");
  waiting.length = 0;
  setTickPeriod(0);
}

/** Replies in the hook, callout or tick that its mode names, and logs each hook that runs. Every hook says "continue". */
export class ReplyFilter extends HttpFilter {
  private pieces: i32 = 0;

  constructor(private readonly mode: string) {
    super();
    this.requestBodyMode = mode == "request body" ? BodyMode.Whole : BodyMode.Streaming;
    this.responseBodyMode = mode == "response body" ? BodyMode.Whole : BodyMode.Streaming;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    this.note("request headers");
    if (this.mode == "callout") return this.ask();
    if (this.mode == "tick") {
      waiting.push(this.contextId);
      setTickPeriod(20);
      return HeadersAction.Pause;
    }
    return this.mode == "request headers" ? HeadersAction.Continue : HeadersAction.HoldForBody;
  }

  override onRequestBody(body: BodyBuffer): BodyAction {
    this.note("request body");
    return BodyAction.Continue;
  }

  override onStreamingRequestBody(chunk: Slice, isLastChunk: bool): Slice {
    this.pieces++;
    this.note(`request piece ${this.pieces}`);
    return chunk;
  }

  override onRequestTrailers(trailers: HeaderMap): HeadersAction {
    this.note("request trailers");
    return HeadersAction.Continue;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    this.pieces = 0;
    this.note("response headers");
    if (this.mode == "response callout") return this.ask();
    return this.mode == "response body" ? HeadersAction.HoldForBody : HeadersAction.Continue;
  }

  override onResponseBody(body: BodyBuffer): BodyAction {
    this.note("response body");
    return BodyAction.Continue;
  }

  override onStreamingResponseBody(chunk: Slice, isLastChunk: bool): Slice {
    this.pieces++;
    this.note(`response piece ${this.pieces}`);
    return chunk;
  }

  override onStreamDone(): void {
    log(LogLevel.Info, "done");
  }

  private ask(): HeadersAction {
    const headers = new HeaderPairs();
    headers.addText(":method", "GET").addText(":path", "/").addText(":authority", "side");
    dispatchHttp("side", headers, sliceOf(0, 0), 1000, new Answer(this.contextId));
    return HeadersAction.Pause;
  }

  private note(hook: string): void {
    log(LogLevel.Info, hook);
    if (hook == this.mode) reply(hook);
  }
}

class Answer extends Callout {
  constructor(stream: u32) {
    super();
    this.stream = stream;
  }

  onResponse(response: CalloutResponse): void {
    reply("callout");
  }
}

function reply(hook: string): void {
  message.clear();
  sendLocalReply(418, "lifecycle.reply", "text/plain", message.text(`reply of ${hook}`).slice);
}
