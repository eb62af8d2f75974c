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
import { HeaderMap } from "../../assembly/host/headers";
import { sendLocalReply } from "../../assembly/host/reply";
import { LiteralSet } from "../../assembly/pattern/literal-set";
import { PatternScan } from "../../assembly/pattern/scan";
import { BodyMode, HeadersAction, HOLD, HttpFilter } from "../../assembly/plugin/filter";
import { RequestBlockConfig } from "./config";
import { differsAsForm, writeNormalPath } from "./normal-path";

const scan = new PatternScan();
const normal = new ByteBuffer();
const lineEnd = new ByteBuffer().byte(0x0a);

/** Refuses requests by what their URL, their headers or their body contain. */
export class RequestBlockFilter extends HttpFilter {
  /** Where the search through the body stands; `null` where it is not searched. */
  private body: PatternScan | null = null;

  constructor(private readonly config: RequestBlockConfig) {
    super();
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const config = this.config;
    if (config.urls.length && this.refusesUrl(headers.get(":path"))) return HeadersAction.Pause;
    if (config.headers && containsAny(headers, config.headers!)) {
      this.refuse("request-block.header_blocked.keyword");
      return HeadersAction.Pause;
    }
    const bodies = config.bodies;
    if (!bodies || endOfStream || isWebSocket(headers)) return HeadersAction.Continue;
    const body = new PatternScan();
    bodies.begin(body);
    this.body = body;
    this.requestBodyMode = BodyMode.Streaming;
    return HeadersAction.HoldForBody;
  }

  /** Each piece is looked at as it comes; all are held back until the last one is known to be harmless. */
  override onStreamingRequestBody(chunk: Slice, isLastChunk: bool): Slice {
    if (!this.config.bodies!.feed(this.body!, chunk)) return isLastChunk ? chunk : HOLD;
    this.refuse("request-block.body_blocked.keyword");
    return HOLD;
  }

  override free(): void {
    if (this.body) this.body!.dispose();
  }

  private refusesUrl(path: Slice): bool {
    if (this.refusesAsItIs(path)) return true;
    if (!this.config.normalizesPath) return false;
    normal.clear();
    writeNormalPath(path, normal, false);
    if (this.refusesAsItIs(normal.slice)) return true;
    if (!differsAsForm(normal.slice)) return false;
    normal.clear();
    writeNormalPath(path, normal, true);
    return this.refusesAsItIs(normal.slice);
  }

  private refusesAsItIs(path: Slice): bool {
    const urls = this.config.urls;
    for (let i = 0; i < urls.length; i++) {
      if (!urls[i].blocks(path)) continue;
      this.refuse(urls[i].details);
      return true;
    }
    return false;
  }

  private refuse(details: string): void {
    sendLocalReply(this.config.status, details, this.config.contentType, sliceOfBuffer(this.config.message));
  }
}

/** Whether a header has any of the texts in its name or in its value, or where its line ends. */
function containsAny(headers: HeaderMap, texts: LiteralSet): bool {
  headers.load();
  texts.begin(scan);
  for (let i = 0; i < headers.count; i++) {
    if (texts.feed(scan, headers.nameAt(i)) || texts.feed(scan, lineEnd.slice)) return true;
    if (texts.feed(scan, headers.valueAt(i)) || texts.feed(scan, lineEnd.slice)) return true;
  }
  return false;
}

/** Whether what follows the headers is no body, but a conversation that nobody ends. */
function isWebSocket(headers: HeaderMap): bool {
  return (
    sliceEqualsIgnoringCase(headers.get("upgrade"), "websocket") &&
    sliceEquals(headers.get(":method"), "GET") &&
    hasUpgrade(headers.get("connection"))
  );
}

/** RFC 9110, section 7.8: without this word `upgrade` means nothing, and the body is one. */
function hasUpgrade(connection: Slice): bool {
  for (let i = 0; i < sliceSize(connection); i++) {
    if (startsWithIgnoringCase(subslice(connection, i), "upgrade")) return true;
  }
  return false;
}
