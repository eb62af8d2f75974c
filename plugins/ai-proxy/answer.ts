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
import {
  BAD_RESPONSE,
  COMPRESSED_RESPONSE,
  EMPTY_RESPONSE,
  replyBadResponse,
  replyWithError,
  UNASKED_STREAM,
  writeBadResponse,
} from "./response-reply";
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

  /** Looks at the headers and decides what becomes of the body. A response that is not the provider's passes untouched. */
  onHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const exchange = this.exchange;
    const config = exchange.config;
    if (!isFromProvider(config.position)) return HeadersAction.Continue;
    this.status = readStatus(headers.get(":status"));
    nameServer(exchange, headers);
    if (config.protocol == Protocol.Original || exchange.api == Api.Unknown) return HeadersAction.Continue;
    if (this.status >= 400) return this.onErrorHeaders(headers, endOfStream);
    if (this.status < 200 || this.status > 299) return HeadersAction.Continue;
    const treatment = config.provider.responseTreatment(exchange);
    const isEventStream = startsWithIgnoringCase(headers.get("content-type"), "text/event-stream");
    this.isEdited = treatment != BodyTreatment.Untouched && AnswerEditor.isNeeded(exchange, isEventStream);
    if (treatment == BodyTreatment.Converted) {
      return exchange.wasTranslated ? this.onTranslated(headers, isEventStream, endOfStream) : HeadersAction.Continue;
    }
    if (endOfStream) return HeadersAction.Continue;
    return this.onPassed(headers, isEventStream, treatment);
  }

  private onErrorHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    if (endOfStream) return replied(replyWithError(this.exchange, this.status, headers));
    if (isCompressed(headers)) {
      noteCompressed("it is passed on as it is");
      return HeadersAction.Continue;
    }
    this.bodyMode = BodyMode.Whole;
    return HeadersAction.HoldForBody;
  }

  /** The response to a translated request: nothing of it may reach the client as it is. */
  private onTranslated(headers: HeaderMap, isEventStream: bool, endOfStream: bool): HeadersAction {
    const exchange = this.exchange;
    if (endOfStream) return replied(replyBadResponse(exchange, headers, EMPTY_RESPONSE));
    if (isCompressed(headers)) {
      noteCompressed("the client gets a 502");
      return replied(replyBadResponse(exchange, headers, COMPRESSED_RESPONSE));
    }
    const isWanted = isEventStream && exchange.streaming;
    const translator = isWanted ? exchange.config.provider.translateStream(exchange) : null;
    if (isEventStream && translator === null) {
      return replied(replyBadResponse(exchange, headers, UNASKED_STREAM));
    }
    if (translator === null) {
      this.isConverted = true;
      this.bodyMode = BodyMode.Whole;
      return HeadersAction.HoldForBody;
    }
    this.watch(new TranslatedStream(translator));
    if (headers.get("content-length") != ABSENT) headers.remove("content-length");
    return HeadersAction.Continue;
  }

  /** A response in OpenAI's language already. */
  private onPassed(headers: HeaderMap, isEventStream: bool, treatment: BodyTreatment): HeadersAction {
    const exchange = this.exchange;
    const watches = treatment == BodyTreatment.OpenAi && !this.isEdited && this.hasUsage(isEventStream);
    if (!watches && !this.isEdited) return HeadersAction.Continue;
    if (isCompressed(headers)) {
      noteCompressed("it is passed on as it is");
      return HeadersAction.Continue;
    }
    if (!isEventStream) {
      this.bodyMode = BodyMode.Whole;
      return HeadersAction.HoldForBody;
    }
    this.watch(watches ? new WatchedStream(exchange) : null);
    const mayChange = !watches || exchange.asksForUsage;
    if (mayChange && headers.get("content-length") != ABSENT) headers.remove("content-length");
    return HeadersAction.Continue;
  }

  private watch(source: AnswerStream | null): void {
    const editor = this.isEdited ? new AnswerEditor(this.exchange) : null;
    this.stream = editor ? new EditedStream(this.exchange, editor, source) : source;
    this.bodyMode = BodyMode.Streaming;
  }

  /** Translates a whole body. */
  onBody(body: BodyBuffer): BodyAction {
    out.release(64 * 1024);
    // Trailers may follow the headers at once: then there is no body that something could be put into.
    if (!body.size && (this.status >= 400 || this.isConverted)) return this.onEmptyBody();
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
      writeBadResponse(out, BAD_RESPONSE);
      responseHeaders.setText(":status", "502");
      responseHeaders.setText("content-type", "application/json");
    }
    body.replace(out.slice);
    text.clear();
    responseHeaders.set("content-length", text.integer(out.size).slice);
    publishUsage(this.exchange.usage);
    return BodyAction.Continue;
  }

  private onEmptyBody(): BodyAction {
    const exchange = this.exchange;
    const hasReplied =
      this.status >= 400
        ? replyWithError(exchange, this.status, responseHeaders)
        : replyBadResponse(exchange, responseHeaders, EMPTY_RESPONSE);
    return hasReplied ? BodyAction.Replied : BodyAction.Continue;
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

  /** Whether an answer in OpenAI's language is a stream with usage to find, or to drop. */
  private hasUsage(isEventStream: bool): bool {
    return isEventStream && (this.exchange.includeUsage || this.exchange.asksForUsage);
  }
}

function replied(hasReplied: bool): HeadersAction {
  return hasReplied ? HeadersAction.Replied : HeadersAction.Continue;
}
