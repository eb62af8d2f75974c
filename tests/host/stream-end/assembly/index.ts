// SPDX-License-Identifier: Apache-2.0
// A plugin of the tests: the path of a request names what it does. `model` is a gRPC service, `side` an HTTP one.
import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { Slice, sliceOf, sliceToString } from "../../../../assembly/bytes/slice";
import { BodyBuffer } from "../../../../assembly/host/body";
import { Callout, CalloutResponse, dispatchHttp } from "../../../../assembly/host/callout";
import { GrpcCall, GrpcResponse } from "../../../../assembly/host/grpc-call";
import { GrpcStream } from "../../../../assembly/host/grpc-stream";
import { HeaderMap } from "../../../../assembly/host/headers";
import { HeaderPairs } from "../../../../assembly/host/header-pairs";
import { log, LogLevel } from "../../../../assembly/host/log";
import { sendLocalReply } from "../../../../assembly/host/reply";
import { turnTo } from "../../../../assembly/plugin/dispatcher";
import { BodyAction, BodyMode, HeadersAction, HttpFilter } from "../../../../assembly/plugin/filter";
import { FilterPool } from "../../../../assembly/plugin/filter-pool";
import { Plugin } from "../../../../assembly/plugin/plugin";
import { registerPlugin } from "../../../../assembly/plugin/register";
import {
  heldRequestBody,
  heldResponseBody,
  isRequestComplete,
  isResponseComplete,
  resumeRequest,
  resumeResponse,
} from "../../../../assembly/plugin/resume";
import { setTickPeriod } from "../../../../assembly/plugin/root";
import { ConfigReader } from "../../../../assembly/config/reader";

const LARGE = 300_000;
const NOTHING: Slice = sliceOf(0, 0);
const large = new ByteBuffer();
const pool = new FilterPool<EndFilter>();
/** The stream that goes on with the next tick; 0 for none. */
let waiting: u32 = 0;

class Chat extends GrpcStream {
  onMessage(message: Slice): void {}
  onClose(status: u32, text: Slice): void {}
}

class Unary extends GrpcCall {
  onResponse(response: GrpcResponse): void {}
}

class Side extends Callout {
  constructor(private readonly filter: EndFilter) {
    super();
    this.stream = filter.contextId;
  }

  onResponse(response: CalloutResponse): void {
    this.filter.onSide();
  }
}

const chat = new Chat();

function say(text: string): void {
  log(LogLevel.Info, `stream-end: ${text}`);
}

class EndFilter extends HttpFilter {
  path: string = "";
  private isResponse: bool = false;

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    this.path = sliceToString(headers.get(":path"));
    headers.setText("x-filtered", "yes");
    if (this.path == "/open") chat.open("model", "test.Chat", "Chat");
    if (this.path == "/cancel") chat.cancel();
    if (this.path == "/close") chat.close();
    if (this.path == "/tick") setTickPeriod(100);
    if (this.path == "/wait") waiting = this.contextId;
    if (this.path == "/pause request") this.ask();
    if (this.path == "/wait" || this.path == "/pause request") return HeadersAction.Pause;
    if (!this.path.startsWith("/request")) return HeadersAction.Continue;
    this.requestBodyMode = BodyMode.Whole;
    return HeadersAction.HoldForBody;
  }

  override onRequestBody(body: BodyBuffer): BodyAction {
    this.ask();
    return BodyAction.Pause;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    this.isResponse = true;
    if (this.path == "/pause response") {
      this.ask();
      return HeadersAction.Pause;
    }
    if (!this.path.startsWith("/response")) return HeadersAction.Continue;
    headers.remove("content-length");
    this.responseBodyMode = BodyMode.Whole;
    return HeadersAction.HoldForBody;
  }

  override onResponseBody(body: BodyBuffer): BodyAction {
    if (this.path.includes("callout")) this.ask();
    else this.grow(body);
    return BodyAction.Pause;
  }

  override onLog(): void {
    say("log");
  }

  override onStreamDone(): void {
    say("done");
    const call = new Unary();
    call.stream = this.contextId;
    if (this.path == "/late") call.dispatch("model", "test.Say", "Say", NOTHING, 1000);
  }

  override free(): void {
    say("free");
    this.path = "";
    this.isResponse = false;
    pool.give(this);
  }

  onSide(): void {
    if (this.path.startsWith("/pause")) {
      say(`complete ${this.isResponse ? isResponseComplete() : isRequestComplete()}`);
    } else this.grow(this.isResponse ? heldResponseBody() : heldRequestBody());
    if (this.isResponse) resumeResponse();
    else resumeRequest();
  }

  /** Replaces the body by one above the buffer limit, and then replies. */
  private grow(body: BodyBuffer): void {
    large.clear();
    say("grow");
    body.replace(large.zeros(LARGE).slice);
    say(`grown ${this.path}`);
    sendLocalReply(418, "stream-end.reply", "text/plain", NOTHING);
  }

  private ask(): void {
    const headers = new HeaderPairs();
    headers.addText(":method", "GET").addText(":path", "/").addText(":authority", "side");
    dispatchHttp("side", headers, NOTHING, 5000, new Side(this));
  }
}

class Config {}

class StreamEnd extends Plugin<Config> {
  name(): string {
    return "stream-end";
  }

  readConfig(reader: ConfigReader, inherited: Config | null): Config {
    return new Config();
  }

  createFilter(config: Config): HttpFilter | null {
    const spare = pool.take();
    return spare ? spare : new EndFilter();
  }

  override onTick(): void {
    if (!waiting || !turnTo(waiting)) return;
    waiting = 0;
    resumeRequest();
    chat.open("model", "test.Chat", "Chat");
    setTickPeriod(0);
  }
}

registerPlugin<Config>(new StreamEnd());
export * from "../../../../assembly/plugin/entry/core";
export * from "../../../../assembly/plugin/entry/request-body";
export * from "../../../../assembly/plugin/entry/response-headers";
export * from "../../../../assembly/plugin/entry/response-body";
export * from "../../../../assembly/plugin/entry/http-callouts";
export * from "../../../../assembly/plugin/entry/grpc";
export * from "../../../../assembly/plugin/entry/log";
