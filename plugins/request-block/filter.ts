import { isMessages } from "../../assembly/ai/refusal";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import {
  Slice,
  sliceEquals,
  sliceEqualsIgnoringCase,
  sliceOfBuffer,
  sliceSize,
  startsWithIgnoringCase,
  subslice,
} from "../../assembly/bytes/slice";
import { HeaderMap, requestHeaders } from "../../assembly/host/headers";
import { sendLocalReply } from "../../assembly/host/reply";
import { LiteralSet } from "../../assembly/pattern/literal-set";
import { PatternScan } from "../../assembly/pattern/scan";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { BodyMode, HeadersAction, HOLD, HttpFilter } from "../../assembly/plugin/filter";
import { RequestBlockConfig } from "./config";
import { differsAsForm, writeNormalPath } from "../../assembly/bytes/normal-path";

const pool = new FilterPool<RequestBlockFilter>();
const scan = new PatternScan();
const normal = new ByteBuffer();
const lineEnd = new ByteBuffer().byte(0x0a);

/** Refuses requests by what their URL, their headers or their body contain. */
export class RequestBlockFilter extends HttpFilter {
  private config: RequestBlockConfig | null = null;
  /** The search through the body; `null` until a stream has needed one. */
  private body: PatternScan | null = null;

  /** A filter for one stream. */
  static of(config: RequestBlockConfig): RequestBlockFilter {
    const spare = pool.take();
    const filter = spare ? spare : new RequestBlockFilter();
    filter.config = config;
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const config = this.config!;
    const bodies = config.bodies;
    // One header alone costs the host less than all of them.
    if (config.headers !== null || (bodies !== null && !endOfStream)) headers.load();
    if (config.urls.length && this.refusesUrl(headers.first(":path"))) return HeadersAction.Pause;
    if (config.headers && containsAny(headers, config.headers!)) {
      this.refuse("request-block.header_blocked.keyword");
      return HeadersAction.Pause;
    }
    if (!bodies || endOfStream || isWebSocket(headers)) return HeadersAction.Continue;
    const spare = this.body;
    const body = spare ? spare : new PatternScan();
    bodies.begin(body);
    this.body = body;
    this.requestBodyMode = BodyMode.Streaming;
    return HeadersAction.HoldForBody;
  }

  /** Searches each piece as it comes, and holds all of them until the last one has been searched. */
  override onStreamingRequestBody(chunk: Slice, isLastChunk: bool): Slice {
    if (!this.config!.bodies!.feed(this.body!, chunk)) return isLastChunk ? chunk : HOLD;
    this.refuse("request-block.body_blocked.keyword");
    return HOLD;
  }

  override free(): void {
    this.reset();
    const body = this.body;
    if (!pool.give(this) && body) body.dispose();
  }

  private reset(): void {
    this.config = null;
    const body = this.body;
    if (body) body.clear();
  }

  private refusesUrl(path: Slice): bool {
    if (this.refusesAsItIs(path)) return true;
    if (!this.config!.normalizesPath) return false;
    normal.clear();
    writeNormalPath(path, normal, false);
    if (this.refusesAsItIs(normal.slice)) return true;
    if (!differsAsForm(normal.slice)) return false;
    normal.clear();
    writeNormalPath(path, normal, true);
    return this.refusesAsItIs(normal.slice);
  }

  private refusesAsItIs(path: Slice): bool {
    const urls = this.config!.urls;
    for (let i = 0; i < urls.length; i++) {
      if (!urls[i].blocks(path)) continue;
      this.refuse(urls[i].details);
      return true;
    }
    return false;
  }

  private refuse(details: string): void {
    const config = this.config!;
    const error = config.messagesError;
    const body = error !== null && isMessages(requestHeaders.first(":path")) ? error : config.message;
    sendLocalReply(config.status, details, config.contentType, sliceOfBuffer(body));
  }
}

/** Whether any of the texts occurs in a header: in its name, its value, or across `name\nvalue\n`. */
function containsAny(headers: HeaderMap, texts: LiteralSet): bool {
  headers.load();
  texts.begin(scan);
  for (let i = 0; i < headers.count; i++) {
    if (texts.feed(scan, headers.nameAt(i)) || texts.feed(scan, lineEnd.slice)) return true;
    if (texts.feed(scan, headers.valueAt(i)) || texts.feed(scan, lineEnd.slice)) return true;
  }
  return false;
}

/** Whether the request opens a WebSocket: what follows its headers has no end, and is not held. */
function isWebSocket(headers: HeaderMap): bool {
  return (
    sliceEqualsIgnoringCase(headers.get("upgrade"), "websocket") &&
    sliceEquals(headers.get(":method"), "GET") &&
    hasUpgrade(headers.get("connection"))
  );
}

/** Whether `connection` lists `upgrade`, without which the header `upgrade` has no effect (RFC 9110, section 7.8). */
function hasUpgrade(connection: Slice): bool {
  for (let i = 0; i < sliceSize(connection); i++) {
    if (startsWithIgnoringCase(subslice(connection, i), "upgrade")) return true;
  }
  return false;
}
