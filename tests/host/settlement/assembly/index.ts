// SPDX-License-Identifier: Apache-2.0
// A plugin that keeps an account of response bytes in another service, over one gRPC stream of its root context: it settles each
// stream when it ends, also where the client left. A chunk with a question mark is held for a callout, whose response replaces the word.
import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { indexOfText, Slice, sliceSize, sliceToString, subslice } from "../../../../assembly/bytes/slice";
import { ConfigReader } from "../../../../assembly/config/reader";
import { Callout, CalloutResponse, dispatchHttp } from "../../../../assembly/host/callout";
import { GrpcStream } from "../../../../assembly/host/grpc-stream";
import { HeaderPairs } from "../../../../assembly/host/header-pairs";
import { HeaderMap } from "../../../../assembly/host/headers";
import { log, LogLevel } from "../../../../assembly/host/log";
import { BodyMode, HeadersAction, HttpFilter, PAUSE } from "../../../../assembly/plugin/filter";
import { Plugin } from "../../../../assembly/plugin/plugin";
import { registerPlugin } from "../../../../assembly/plugin/register";
import { heldResponseBody, resumeResponse } from "../../../../assembly/plugin/resume";
import { setDeadline } from "../../../../assembly/plugin/root";

const CALLOUT_TIMEOUT = 5000;
const ANSWER_TIMEOUT = 2000;

const DOUBT = "two? ";
const message = new ByteBuffer();
const calloutHeaders = new HeaderPairs().addText(":method", "POST").addText(":path", "/").addText(":authority", "side");

/** The stream to the service, which answers each message with one. */
class Ledger extends GrpcStream {
  /** Messages without an answer. */
  private waiting: i32 = 0;

  settle(account: Slice): bool {
    if (!this.isOpen && !this.open("ledger", "test.Ledger", "Ledger")) return false;
    if (!this.send(account)) return false;
    this.waiting++;
    setDeadline(this.deadline, ANSWER_TIMEOUT);
    return true;
  }

  onMessage(answer: Slice): void {
    if (--this.waiting == 0) this.deadline.clear();
  }

  onClose(status: u32, text: Slice): void {
    log(LogLevel.Warn, `settlement: ledger closed ${status}, ${this.waiting} without an answer`);
    this.waiting = 0;
  }
}

const ledger = new Ledger();

class Verdict extends Callout {
  onResponse(response: CalloutResponse): void {
    if (response.hasArrived) replaceDoubt(response.body.bytes());
    resumeResponse();
  }
}

/** Replaces the word in doubt. On a busy machine the words around it may have arrived together with it. */
function replaceDoubt(verdict: Slice): void {
  const body = heldResponseBody();
  const held = body.bytes();
  const at = indexOfText(held, DOUBT);
  message.clear();
  message
    .append(subslice(held, 0, at))
    .append(verdict)
    .append(subslice(held, at + DOUBT.length));
  body.replace(message.slice);
}

class SettlementFilter extends HttpFilter {
  private size: i32 = 0;
  private name: string = "";

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    this.name = sliceToString(headers.get(":path"));
    return HeadersAction.Continue;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    headers.remove("content-length");
    this.responseBodyMode = BodyMode.Streaming;
    return HeadersAction.Continue;
  }

  override onStreamingResponseBody(chunk: Slice, isLastChunk: bool): Slice {
    this.size += sliceSize(chunk);
    if (indexOfText(chunk, "?") < 0) return chunk;
    const verdict = new Verdict();
    verdict.stream = this.contextId;
    return dispatchHttp("side", calloutHeaders, chunk, CALLOUT_TIMEOUT, verdict) ? PAUSE : chunk;
  }

  override onStreamDone(): void {
    message.clear();
    const isSent = ledger.settle(message.text(this.name).byte(0x20).integer(this.size).slice);
    if (!isSent) log(LogLevel.Error, `settlement: ${this.name} is lost`);
  }
}

class Config {}

class SettlementPlugin extends Plugin<Config> {
  name(): string {
    return "settlement";
  }

  readConfig(reader: ConfigReader, inherited: Config | null): Config {
    return new Config();
  }

  createFilter(config: Config): HttpFilter | null {
    return new SettlementFilter();
  }
}

registerPlugin<Config>(new SettlementPlugin());
export * from "../../../../assembly/plugin/entry/core";
export * from "../../../../assembly/plugin/entry/response-headers";
export * from "../../../../assembly/plugin/entry/response-body";
export * from "../../../../assembly/plugin/entry/http-callouts";
export * from "../../../../assembly/plugin/entry/grpc";
