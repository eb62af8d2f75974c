import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { sliceOf, sliceToString } from "../../../../assembly/bytes/slice";
import { Callout, CalloutResponse, dispatchHttp } from "../../../../assembly/host/callout";
import { HeaderPairs } from "../../../../assembly/host/header-pairs";
import { HeaderMap, requestHeaders } from "../../../../assembly/host/headers";
import { log, LogLevel } from "../../../../assembly/host/log";
import { namedProperty, setProperty } from "../../../../assembly/host/property";
import { sendLocalReply } from "../../../../assembly/host/reply";
import { HeadersAction, HttpFilter } from "../../../../assembly/plugin/filter";

const text = new ByteBuffer();

/** Sets a property in `onLog`, and makes a callout for the root context and one for the stream. */
export class LogFilter extends HttpFilter {
  constructor(private readonly mode: string) {
    super();
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    if (this.mode != "log a reply") return HeadersAction.Continue;
    sendLocalReply(418, "lifecycle.reply", "text/plain", sliceOf(0, 0));
    return HeadersAction.Pause;
  }

  override onLog(): void {
    const details = sliceToString(namedProperty("response\0code_details"));
    log(LogLevel.Info, `log ${details} of ${sliceToString(requestHeaders.get(":path"))}`);
    text.clear();
    setProperty("lifecycle_log", text.text(details).slice);
    if (!this.mode.startsWith("log and settle")) return;
    settle(new Settlement(0));
    settle(new Settlement(this.contextId));
  }

  override onStreamDone(): void {
    text.clear();
    setProperty("lifecycle_done", text.text("too late").slice);
    log(LogLevel.Info, "done");
  }
}

class Settlement extends Callout {
  constructor(stream: u32) {
    super();
    this.stream = stream;
  }

  onResponse(response: CalloutResponse): void {
    const status = sliceToString(response.headers.get(":status"));
    log(LogLevel.Info, this.stream ? "a response for a stream that ended" : `settled ${status}`);
  }
}

function settle(settlement: Settlement): void {
  const headers = new HeaderPairs();
  headers.addText(":method", "GET").addText(":path", "/").addText(":authority", "side");
  if (!dispatchHttp("side", headers, sliceOf(0, 0), 1000, settlement)) log(LogLevel.Error, "no call");
}
