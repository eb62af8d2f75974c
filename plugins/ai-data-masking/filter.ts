import { Api } from "../../assembly/ai/api";
import { isMedia, isReadable } from "../../assembly/ai/body-model";
import { MASKED_STATE } from "../../assembly/ai/contract";
import { writeDenial } from "../../assembly/ai/denial";
import { errorBodyOf } from "../../assembly/ai/refusal";
import { RequestPath } from "../../assembly/ai/request-path";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { withoutQuery } from "../../assembly/bytes/query";
import {
  ABSENT,
  Slice,
  sliceOfBuffer,
  sliceSize,
  slicesEqual,
  startsWithIgnoringCase,
} from "../../assembly/bytes/slice";
import { BodyBuffer } from "../../assembly/host/body";
import { growContentLength } from "../../assembly/host/content-length";
import { FilterState } from "../../assembly/host/filter-state";
import { HeaderMap, requestHeaders, responseHeaders } from "../../assembly/host/headers";
import { sendLocalReply } from "../../assembly/host/reply";
import { closeStream } from "../../assembly/host/stream";
import { jsonGet, jsonIsTrue, JsonKind, jsonKind } from "../../assembly/json/value";
import { BodyAction, BodyMode, HeadersAction, HttpFilter } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { BodyMask } from "./body-mask";
import { MaskingConfig } from "./config";

import { EventMask } from "./event-mask";
import { RestoreMap } from "./restore-map";

const KEPT_BYTES = 64 * 1024;
const EVENT_STREAM = "text/event-stream";

const pool = new FilterPool<MaskingFilter>();
const path = new RequestPath();
const masked = new FilterState(MASKED_STATE);
const mask = new BodyMask();
const written = new ByteBuffer();
const code = "content_blocked";

/** Masks the texts of a request and of its response. */
export class MaskingFilter extends HttpFilter {
  private config: MaskingConfig | null = null;
  private api: Api = Api.Unknown;
  private readonly map: RestoreMap = new RestoreMap();
  /** The stream of the response; `null` until one of the filter's streams was one. */
  private events: EventMask | null = null;

  /** A filter for one stream. */
  static of(config: MaskingConfig): MaskingFilter {
    const spare = pool.take();
    const filter = spare ? spare : new MaskingFilter();
    filter.config = config;
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const config = this.config!;
    const name = headers.get(":path");
    path.read(name == ABSENT ? name : withoutQuery(name));
    this.api = path.api;
    const upgrade = headers.get("upgrade");
    const contentType = headers.get("content-type");
    const encoding = headers.get("content-encoding");
    // A compressed response could not be read.
    if (config.response && headers.get("accept-encoding") != ABSENT) headers.remove("accept-encoding");
    if (!config.request || endOfStream || !isReadable(ABSENT, contentType, upgrade)) return HeadersAction.Continue;
    if (isMedia(contentType)) return HeadersAction.Continue;
    if (!isReadable(encoding, contentType, upgrade)) {
      this.refuse(
        415,
        "A compressed request cannot be read: send it without content-encoding.",
        "ai-data-masking.request_encoded",
      );
      return HeadersAction.Pause;
    }
    this.requestBodyMode = BodyMode.Whole;
    return HeadersAction.HoldForBody;
  }

  override onRequestBody(body: BodyBuffer): BodyAction {
    const config = this.config!;
    // On a later pass of the same request the body is masked already.
    const earlier = masked.get();
    if (sliceSize(earlier)) {
      this.map.load(earlier);
      return BodyAction.Continue;
    }
    const text = body.bytes();
    written.release(KEPT_BYTES);
    mask.begin(config.request!, this.map, sliceOfBuffer(config.secret));
    if (!mask.writeRequest(text, config, written)) {
      // What no model understands needs no masking.
      if (this.api != Api.Unknown && sliceSize(text))
        this.refuse(400, "The body is not valid JSON.", "ai-data-masking.request_unreadable");
      return BodyAction.Continue;
    }
    if (mask.isDenied) this.deny(mask.root, jsonIsTrue(jsonGet(mask.root, "stream")), "ai-data-masking.request_denied");
    else if (!slicesEqual(written.slice, text)) {
      masked.set(this.map.bytes.slice);
      growContentLength(requestHeaders, written.size - sliceSize(text));
      body.replace(written.slice);
    }
    return BodyAction.Continue;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    if (!this.config!.response || endOfStream) return HeadersAction.Continue;
    const type = headers.get("content-type");
    const isStream = startsWithIgnoringCase(type, EVENT_STREAM);
    const isJson = startsWithIgnoringCase(type, "application/json") || type == ABSENT;
    const isText = this.config!.isRaw && startsWithIgnoringCase(type, "text/");
    if (!isStream && !isJson && !isText) return HeadersAction.Continue;
    if (!isReadable(headers.get("content-encoding"), ABSENT, ABSENT)) {
      this.refuse(502, "The response is compressed and cannot be read.", "ai-data-masking.response_encoded");
      return HeadersAction.Pause;
    }
    if (!isStream) {
      this.responseBodyMode = BodyMode.Whole;
      return HeadersAction.HoldForBody;
    }
    if (headers.get("content-length") != ABSENT) headers.remove("content-length");
    const spare = this.events;
    const events = spare ? spare : new EventMask();
    events.begin(this.api);
    this.events = events;
    this.responseBodyMode = BodyMode.Streaming;
    return HeadersAction.Continue;
  }

  override onResponseBody(body: BodyBuffer): BodyAction {
    const config = this.config!;
    const text = body.bytes();
    if (!sliceSize(text)) return BodyAction.Continue;
    written.release(KEPT_BYTES);
    mask.begin(config.response!, this.map, sliceOfBuffer(config.secret));
    if (!mask.writeResponse(text, config.isRaw, written))
      this.refuse(502, "The response is not valid JSON.", "ai-data-masking.response_unreadable");
    else if (mask.isDenied) this.deny(mask.root, false, "ai-data-masking.response_denied");
    else if (!slicesEqual(written.slice, text)) {
      growContentLength(responseHeaders, written.size - sliceSize(text));
      body.replace(written.slice);
    }
    return BodyAction.Continue;
  }

  override onStreamingResponseBody(chunk: Slice, isLastChunk: bool): Slice {
    const config = this.config!;
    mask.begin(config.response!, this.map, sliceOfBuffer(config.secret));
    written.release(KEPT_BYTES);
    this.events!.push(mask, chunk, isLastChunk, sliceOfBuffer(config.denyMessage), written);
    return slicesEqual(written.slice, chunk) ? chunk : written.slice;
  }

  override onResponseTrailers(trailers: HeaderMap): HeadersAction {
    // Envoy takes no more of the body. A stream that is cut must not look like a whole one.
    if (this.responseBodyMode != BodyMode.Streaming || !this.events!.isCut()) return HeadersAction.Continue;
    closeStream();
    return HeadersAction.Pause;
  }

  override free(): void {
    this.reset();
    if (pool.give(this)) return;
    this.map.dispose();
    const events = this.events;
    if (events) events.dispose();
  }

  private reset(): void {
    this.config = null;
    this.api = Api.Unknown;
    this.map.clear();
    const events = this.events;
    if (events) events.reset();
  }

  /** Refuses a request or a response with what the client's API says in such a case. */
  private deny(root: Slice, isStream: bool, details: string): void {
    const config = this.config!;
    written.release(KEPT_BYTES);
    const model = jsonGet(root, "model");
    const message = sliceOfBuffer(config.denyMessage);
    if (writeDenial(written, this.api, isStream, jsonKind(model) == JsonKind.String ? model : ABSENT, message))
      sendLocalReply(config.denyStatus, details, isStream ? EVENT_STREAM : "application/json", written.slice);
    else if (this.api == Api.Unknown)
      sendLocalReply(config.denyStatus, details, config.denyContentType, sliceOfBuffer(config.denyRawMessage));
    else this.sendError(400, message, code, details);
  }

  private refuse(status: i32, message: string, details: string): void {
    this.sendError(status, sliceOfBuffer(String.UTF8.encode(message)), details.substring(16), details);
  }

  private sendError(status: i32, message: Slice, reason: string, details: string): void {
    const isMessages = this.api == Api.Messages || this.api == Api.CountTokens;
    sendLocalReply(status, details, "application/json", errorBodyOf(isMessages, status, message, reason));
  }
}
