// SPDX-License-Identifier: Apache-2.0
// Stands before ai-proxy in the router's chain, as fallback does: sets the filter states of the configuration, holds a stream until
// its first event with content, and redirects what failed if it is to. It logs what reaches its response hooks.
import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { indexOfText, Slice, sliceToString, startsWithIgnoringCase } from "../../../../assembly/bytes/slice";
import { ConfigReader } from "../../../../assembly/config/reader";
import { FilterState } from "../../../../assembly/host/filter-state";
import { HeaderMap, responseHeaders } from "../../../../assembly/host/headers";
import { log, LogLevel } from "../../../../assembly/host/log";
import { BodyMode, HeadersAction, HOLD, HttpFilter } from "../../../../assembly/plugin/filter";
import { Plugin } from "../../../../assembly/plugin/plugin";
import { registerPlugin } from "../../../../assembly/plugin/register";

const LEFT = new FilterState("ai_fallback");
const PASS = new FilterState("ai_fallback_pass");
const text = new ByteBuffer();

class ArmedConfig {
  constructor(
    readonly pass: string,
    readonly redirectTo: string,
    readonly declines: bool,
  ) {}
}

class ArmedFilter extends HttpFilter {
  private isArmed: bool = false;
  private isHolding: bool = false;

  constructor(private readonly config: ArmedConfig) {
    super();
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const config = this.config;
    const path = sliceToString(headers.get(":path"));
    this.isArmed = config.redirectTo.length > 0 && !path.startsWith(config.redirectTo);
    PASS.set(write(config.pass));
    LEFT.set(write(this.isArmed ? "1" : ""));
    return HeadersAction.Continue;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const status = sliceToString(headers.get(":status"));
    log(LogLevel.Info, `armed: headers ${status}${endOfStream ? ", end" : ""}`);
    if (this.isArmed && !this.config.declines && parseInt(status) >= 400) redirect(headers, this.config.redirectTo);
    else if (!endOfStream && startsWithIgnoringCase(headers.get("content-type"), "text/event-stream")) {
      this.isHolding = true;
      this.responseBodyMode = BodyMode.Streaming;
      return HeadersAction.HoldForBody;
    }
    return HeadersAction.Continue;
  }

  override onStreamingResponseBody(chunk: Slice, isLastChunk: bool): Slice {
    const isError = indexOfText(chunk, '"error"') >= 0;
    if (!isError && indexOfText(chunk, '"content":"') < 0 && !isLastChunk) return HOLD;
    log(LogLevel.Info, `armed: ${isError ? "error" : "content"}`);
    this.responseBodyMode = BodyMode.Skip;
    if (this.isHolding && this.isArmed && isError) redirect(responseHeaders, this.config.redirectTo);
    return chunk;
  }
}

function redirect(headers: HeaderMap, path: string): void {
  headers.setText(":status", "307");
  headers.setText("location", `http://gateway.example${path}`);
}

function write(value: string): Slice {
  text.clear();
  return text.text(value).slice;
}

class Armed extends Plugin<ArmedConfig> {
  name(): string {
    return "armed";
  }

  readConfig(reader: ConfigReader, inherited: ArmedConfig | null): ArmedConfig {
    return new ArmedConfig(reader.text("pass"), reader.text("redirectTo"), reader.boolean("declines", false));
  }

  createFilter(config: ArmedConfig): HttpFilter | null {
    return new ArmedFilter(config);
  }

  override onConfigured(): void {
    LEFT.define();
    PASS.define();
  }
}

registerPlugin<ArmedConfig>(new Armed());
export * from "../../../../assembly/plugin/entry/core";
export * from "../../../../assembly/plugin/entry/response-headers";
export * from "../../../../assembly/plugin/entry/response-body";
