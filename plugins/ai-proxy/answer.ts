import { Api } from "../../assembly/ai/api";
import { MODEL_HEADER, PROVIDER_HEADER, USAGE_STATE } from "../../assembly/ai/contract";
import { writeError } from "../../assembly/ai/error";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import {
  ABSENT,
  byteAt,
  Slice,
  sliceEquals,
  sliceEqualsIgnoringCase,
  sliceOf,
  sliceSize,
  startsWithIgnoringCase,
} from "../../assembly/bytes/slice";
import { BodyBuffer } from "../../assembly/host/body";
import { HeaderPairs } from "../../assembly/host/header-pairs";
import { HeaderMap, responseHeaders } from "../../assembly/host/headers";
import { log, LogLevel } from "../../assembly/host/log";
import { Counter } from "../../assembly/host/metric";
import { namedProperty, setProperty } from "../../assembly/host/property";
import { sendLocalReply } from "../../assembly/host/reply";
import { JsonDocument } from "../../assembly/json/document";
import { JsonEdit } from "../../assembly/json/edit";
import { JsonError } from "../../assembly/json/validate";
import { BodyAction, BodyMode, HeadersAction } from "../../assembly/plugin/filter";
import { AnswerEditor } from "./answer-editor";
import { AnswerStream, TranslatedStream, WatchedStream } from "./answer-stream";
import { hideKeys } from "./credentials";
import { EditedStream } from "./edited-stream";
import { translateError } from "./error-answer";
import { Exchange } from "./exchange";
import { BodyTreatment } from "./provider";
import { Protocol } from "./provider-config";

const BAD_GATEWAY = 502;
const LONGEST_MODEL = 256;
/** Of so many pieces of a stream one tells what it has cost so far. */
const PUBLISH_EVERY = 16;

const document = new JsonDocument();
const out = new ByteBuffer();
const text = new ByteBuffer();
const translated = new ByteBuffer();
const edit = new JsonEdit();
const pairs = new HeaderPairs();
const compressed = new Counter("ai_proxy_compressed_answers_total");

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
    if (isProviders) this.nameServer(headers);
    if (exchange.config.protocol == Protocol.Original || exchange.api == Api.Unknown) return HeadersAction.Continue;
    if (!isError && (this.status < 200 || this.status > 299)) return HeadersAction.Continue;
    if (isError && isProviders && endOfStream) {
      this.replyToEmptyError(headers);
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
    if (isCompressed(headers)) return this.leaveCompressed();
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
    if (!body.size && (this.status >= 400 || this.isConverted)) return this.replyToEmptyBody();
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
      if (!this.editWhole(body.bytes())) return BodyAction.Continue;
    } else if (!this.translate(body)) {
      writeBadAnswer();
      responseHeaders.setText(":status", "502");
      responseHeaders.setText("content-type", "application/json");
    }
    body.replace(out.slice);
    text.clear();
    responseHeaders.set("content-length", text.integer(out.size).slice);
    this.publish();
    return BodyAction.Continue;
  }

  /** Translates a piece of a stream. */
  onChunk(chunk: Slice, isLastChunk: bool): Slice {
    const stream = this.stream;
    if (stream === null) return chunk;
    const forward = stream.push(chunk, isLastChunk);
    // A client may leave at any time, and then the access log is written before anybody hears of it.
    if (isLastChunk || ++this.chunks % PUBLISH_EVERY == 0) this.publish();
    return forward;
  }

  /** Looks at what is left of a stream that trailers end: Envoy takes no more bytes for the client then. */
  onTrailers(): void {
    const stream = this.stream;
    if (stream === null) return;
    stream.push(sliceOf(0, 0), true);
    this.publish();
  }

  /** Tells the other filters and the access log what the answer cost, as far as it is known. */
  private publish(): void {
    if (!this.exchange.usage.seen) return;
    text.clear();
    this.exchange.usage.write(text);
    setProperty(USAGE_STATE, text.slice);
  }

  /** Gives the memory of the stream back. */
  free(): void {
    const stream = this.stream;
    if (stream) stream.free();
  }

  private translate(body: BodyBuffer): bool {
    if (document.parse(body.bytes()) != JsonError.None) return false;
    if (!this.exchange.config.provider.translateResponse(this.exchange, document, out)) return false;
    if (!this.isEdited) return true;
    translated.release(64 * 1024);
    translated.append(out.slice);
    out.clear();
    if (!this.editWhole(translated.slice)) out.append(translated.slice);
    return true;
  }

  /** Writes the edited answer; `false`, and nothing written, where nothing has to be edited. */
  private editWhole(body: Slice): bool {
    if (document.parse(body) != JsonError.None) return false;
    edit.begin(document);
    const editor = new AnswerEditor(this.exchange);
    editor.editWhole(document, edit);
    editor.free();
    if (edit.changed) edit.write(out);
    return edit.changed;
  }

  private translator(): AnswerStream | null {
    const translator = this.exchange.config.provider.translateStream(this.exchange);
    return translator ? new TranslatedStream(translator) : null;
  }

  /** Whether an answer in OpenAI's language is a stream with usage to find, or to drop. */
  private hasUsage(isEventStream: bool): bool {
    return isEventStream && (this.exchange.includeUsage || this.exchange.asksForUsage);
  }

  private nameServer(headers: HeaderMap): void {
    text.clear();
    headers.put(PROVIDER_HEADER, text.text(this.exchange.config.name).slice);
    const model = this.exchange.model.slice;
    if (isHeaderValue(model)) headers.put(MODEL_HEADER, model);
  }

  private leaveCompressed(): HeadersAction {
    compressed.add();
    log(
      LogLevel.Warn,
      "ai-proxy: the provider compressed its answer although it was not asked to; it is passed on as it is",
    );
    return HeadersAction.Continue;
  }

  private replyToEmptyBody(): BodyAction {
    if (this.status >= 400) this.replyToEmptyError(responseHeaders);
    else {
      writeBadAnswer();
      this.reply(BAD_GATEWAY, pairs.clear());
    }
    return BodyAction.Replied;
  }

  private replyToEmptyError(headers: HeaderMap): void {
    out.clear();
    translateError(this.exchange, document, this.status, ABSENT, sliceOf(0, 0), out);
    pairs.clear();
    const retryAfter = headers.get("retry-after");
    if (retryAfter != ABSENT) pairs.add("retry-after", retryAfter);
    this.reply(this.status, pairs);
  }

  private reply(status: i32, more: HeaderPairs): void {
    more.addText(PROVIDER_HEADER, this.exchange.config.name);
    sendLocalReply(status, "ai-proxy.provider_error", "application/json", out.slice, more);
  }
}

function writeBadAnswer(): void {
  text.clear();
  const message = text.text("The provider's answer is not what its API promises.").slice;
  out.clear();
  writeError(out, BAD_GATEWAY, message, ABSENT, ABSENT);
}

function readStatus(value: Slice): i32 {
  let status = 0;
  for (let i = 0; i < min(sliceSize(value), 3); i++) status = status * 10 + <i32>byteAt(value, i) - 0x30;
  return status;
}

function isFromProvider(): bool {
  return sliceEquals(namedProperty("response\0code_details"), "via_upstream");
}

function isCompressed(headers: HeaderMap): bool {
  const encoding = headers.get("content-encoding");
  return encoding != ABSENT && sliceSize(encoding) > 0 && !sliceEqualsIgnoringCase(encoding, "identity");
}

/** Whether a client's model can stand in a header: visible ASCII, and not too long. */
function isHeaderValue(value: Slice): bool {
  const size = sliceSize(value);
  if (size == 0 || size > LONGEST_MODEL) return false;
  for (let i = 0; i < size; i++) if (byteAt(value, i) - 0x21 > 0x5d) return false;
  return true;
}
