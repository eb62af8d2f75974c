import { Api } from "../../assembly/ai/api";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceOf, startsWithIgnoringCase } from "../../assembly/bytes/slice";
import { BodyBuffer } from "../../assembly/host/body";
import { HeaderMap, responseHeaders } from "../../assembly/host/headers";
import { JsonDocument } from "../../assembly/json/document";
import { BodyAction, BodyMode, HeadersAction } from "../../assembly/plugin/filter";
import { AnswerEditor } from "./answer-editor";
import { AnswerStream, TranslatedStream, WatchedStream } from "./answer-stream";
import { hideKeys } from "./credentials";
import { EditedStream } from "./edited-stream";
import { translateError } from "./error-answer";
import { Exchange } from "./exchange";
import { BodyTreatment } from "./provider";
import { Protocol } from "./provider-config";
import { publishUsage } from "./published-usage";
import { isCompressed, isFromProvider, nameServer, noteCompressed, readStatus } from "./response-headers";
import { replyBadResponse, replyWithError, writeBadResponse } from "./response-reply";
import { editResponse, translateResponse } from "./whole-response";

/** Of so many pieces of a stream one tells what it has cost so far. */
const PUBLISH_EVERY = 16;

const document = new JsonDocument();
const out = new ByteBuffer();
const text = new ByteBuffer();

/** The provider's answer to one request, and what the client gets of it. */
export class Answer {
  /** How the body must be seen; decided by `onHeaders`. */
  bodyMode: BodyMode = BodyMode.Skip;
  private status: i32 = 0;
  private stream: AnswerStream | null = null;
  private isConverted: bool = false;
  private isEdited: bool = false;
  private chunks: i32 = 0;

  constructor(private readonly exchange: Exchange) {}

  /** Looks at the headers and decides what becomes of the body. */
  onHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const exchange = this.exchange;
    this.status = readStatus(headers.get(":status"));
    const isError = this.status >= 400;
    // An error may be Envoy's own (body too large, no connection): then nobody served.
    const isProviders = !isError || isFromProvider();
    if (isProviders) nameServer(exchange, headers);
    if (exchange.config.protocol == Protocol.Original || exchange.api == Api.Unknown) return HeadersAction.Continue;
    if (!isError && (this.status < 200 || this.status > 299)) return HeadersAction.Continue;
    if (isError && isProviders && endOfStream) {
      replyWithError(exchange, this.status, headers);
      return HeadersAction.Replied;
    }
    if (endOfStream) return HeadersAction.Continue;
    const isEventStream = startsWithIgnoringCase(headers.get("content-type"), "text/event-stream");
    const treatment = isError ? BodyTreatment.Converted : exchange.config.provider.responseTreatment(exchange);
    const isConverted = treatment == BodyTreatment.Converted;
    if (isConverted && !isError && !exchange.wasTranslated) return HeadersAction.Continue;
    this.isEdited = !isError && treatment != BodyTreatment.Untouched && AnswerEditor.isNeeded(exchange, isEventStream);
    const watches = treatment == BodyTreatment.OpenAi && !this.isEdited && this.hasUsage(isEventStream);
    if (!isConverted && !watches && !this.isEdited) return HeadersAction.Continue;
    if (isCompressed(headers)) {
      noteCompressed();
      return HeadersAction.Continue;
    }
    // A stream that nobody can translate is no answer: as a whole body it is refused.
    const translator = isConverted && isEventStream && !isError ? this.translator() : null;
    if (isError || (isConverted && translator === null) || (this.isEdited && !isEventStream)) {
      this.isConverted = isConverted;
      this.bodyMode = BodyMode.Whole;
      return HeadersAction.HoldForBody;
    }
    this.stream = watches ? new WatchedStream(exchange) : translator;
    if (this.isEdited) this.stream = new EditedStream(exchange, new AnswerEditor(exchange), this.stream);
    if (this.stream === null) return HeadersAction.Continue;
    this.bodyMode = BodyMode.Streaming;
    const mayChange = !watches || exchange.asksForUsage;
    if (mayChange && headers.get("content-length") != ABSENT) headers.remove("content-length");
    return HeadersAction.Continue;
  }

  /** Translates a whole body. */
  onBody(body: BodyBuffer): BodyAction {
    out.release(64 * 1024);
    // Trailers may follow the headers at once: then there is no body that something could be put into.
    if (!body.size && this.status >= 400) {
      replyWithError(this.exchange, this.status, responseHeaders);
      return BodyAction.Replied;
    }
    if (!body.size && this.isConverted) {
      replyBadResponse(this.exchange);
      return BodyAction.Replied;
    }
    if (this.status >= 400) {
      const type = responseHeaders.get("content-type");
      const error = body.bytes();
      const hidden = hideKeys(this.exchange.config.tokens, error);
      if (!translateError(this.exchange, document, this.status, type, error, out)) {
        if (hidden) body.replace(error);
        return BodyAction.Continue;
      }
      responseHeaders.setText("content-type", "application/json");
    } else if (!this.isConverted) {
      // What is no JSON is not for the gateway to judge: it asked for nothing of the kind.
      if (!editResponse(this.exchange, body.bytes(), out)) return BodyAction.Continue;
    } else if (!translateResponse(this.exchange, body.bytes(), this.isEdited, out)) {
      writeBadResponse(out);
      responseHeaders.setText(":status", "502");
      responseHeaders.setText("content-type", "application/json");
    }
    body.replace(out.slice);
    text.clear();
    responseHeaders.set("content-length", text.integer(out.size).slice);
    publishUsage(this.exchange.usage);
    return BodyAction.Continue;
  }

  /** Translates a piece of a stream. */
  onChunk(chunk: Slice, isLastChunk: bool): Slice {
    const stream = this.stream;
    if (stream === null) return chunk;
    const forward = stream.push(chunk, isLastChunk);
    // A client may leave at any time, and then the access log is written before anybody hears of it.
    if (isLastChunk || ++this.chunks % PUBLISH_EVERY == 0) publishUsage(this.exchange.usage);
    return forward;
  }

  /** Looks at what is left of a stream that trailers end: Envoy takes no more bytes for the client then. */
  onTrailers(): void {
    const stream = this.stream;
    if (stream === null) return;
    stream.push(sliceOf(0, 0), true);
    publishUsage(this.exchange.usage);
  }

  /** Gives the memory of the stream back. */
  free(): void {
    const stream = this.stream;
    if (stream) stream.free();
  }

  private translator(): AnswerStream | null {
    const translator = this.exchange.config.provider.translateStream(this.exchange);
    return translator ? new TranslatedStream(translator) : null;
  }

  /** Whether an answer in OpenAI's language is a stream with usage to find, or to drop. */
  private hasUsage(isEventStream: bool): bool {
    return isEventStream && (this.exchange.includeUsage || this.exchange.asksForUsage);
  }
}
