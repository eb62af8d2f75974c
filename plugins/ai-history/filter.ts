import { Api } from "../../assembly/ai/api";
import { isMedia } from "../../assembly/ai/body-model";
import { RequestPath } from "../../assembly/ai/request-path";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { withoutQuery } from "../../assembly/bytes/query";
import { ABSENT, Slice, sliceEquals, sliceOfBuffer, sliceSize } from "../../assembly/bytes/slice";
import { BodyBuffer } from "../../assembly/host/body";
import { HeaderMap, requestHeaders } from "../../assembly/host/headers";
import { JsonDocument } from "../../assembly/json/document";
import { JsonError } from "../../assembly/json/validate";
import { refuseCompression } from "../../assembly/limit/compression";
import { mayBeJson, mayBeLaterPass } from "../../assembly/limit/request-state";
import { BodyAction, BodyMode, HeadersAction } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { heldRequestBody, resumeRequest } from "../../assembly/plugin/resume";
import { HistoryConfig, MOST_ROUNDS } from "./config";
import { Form, LINE_OVERHEAD } from "./entry/exchange";
import { Selection } from "./entry/selection";
import { insertHistory } from "./request/insertion";
import { Conversation } from "./request/conversation";
import { findKey, Missing } from "./identity";
import { anonymous, filled } from "./metrics";
import { noteAlone, notePass, PassState } from "./pass-state";
import { countIn, isQueryPath } from "./query";
import { refuseAnonymous, refuseCount, refuseMethod, replyHistory, replyRemoved, replyStoreDown } from "./reply";
import { Recording } from "./response/recording";
import { storeExchange } from "./response/stored-exchange";
import { Outcome, StoreFilter } from "./store/store";

const KEPT_BYTES: i32 = 4 << 10;
const ALL_ROUNDS: i32 = i32.MAX_VALUE;

/** What a request wants of the history. */
const enum Wish {
  /** Its messages in front of the request's own. */
  Messages,
  /** To read it. */
  Read,
  /** To remove it. */
  Remove,
}

const pool = new FilterPool<HistoryFilter>();
const path = new RequestPath();
const pass = new PassState();
const document = new JsonDocument();
const conversation = new Conversation();
const selection = new Selection();

/** Puts the history of an identity before the messages of a request, and stores the exchange; or replies with the history. */
export class HistoryFilter extends StoreFilter {
  private config: HistoryConfig | null = null;
  private isMessages: bool = false;
  private wish: Wish = Wish.Messages;
  /** The most rounds that the request gets. */
  private rounds: i32 = 0;
  /** What the messages of the request are stored as; `None` if they are not. */
  private form: Form = Form.None;
  private readonly key: ByteBuffer = new ByteBuffer();
  /** The messages of the request, which are stored with the response. */
  private readonly question: ByteBuffer = new ByteBuffer();
  private readonly recording: Recording = new Recording();

  /** A filter for one stream. */
  static of(config: HistoryConfig): HistoryFilter {
    const spare = pool.take();
    const filter = spare ? spare : new HistoryFilter();
    filter.config = config;
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const config = this.config!;
    const whole = headers.get(":path");
    const plain = withoutQuery(whole);
    if (isQueryPath(plain)) return this.onQuery(headers, whole);
    if (endOfStream) return HeadersAction.Continue;
    path.read(plain);
    this.isMessages = path.api == Api.Messages;
    if (!this.isMessages && path.api != Api.ChatCompletions) return HeadersAction.Continue;
    // After an internal redirect the body has the history already.
    if (pass.read(this.key, this.question)) return this.onLaterPass(headers);
    if (!mayBeJson(headers) || isMedia(headers.get("content-type"))) return HeadersAction.Continue;
    if (findKey(config, headers, this.key) != Missing.Nothing) {
      // An earlier pass has counted it.
      if (!mayBeLaterPass(headers)) anonymous.add();
      return HeadersAction.Continue;
    }
    const count = countIn(whole, "fill_history_cnt", config.rounds);
    this.rounds = count < 0 ? config.rounds : min(count, <i32>MOST_ROUNDS);
    this.requestBodyMode = BodyMode.Whole;
    return HeadersAction.HoldForBody;
  }

  override onRequestBody(body: BodyBuffer): BodyAction {
    if (!readRequest(body)) {
      noteAlone();
      return BodyAction.Continue;
    }
    const outcome = this.config!.store.find(this.key.slice, this.config!.maxBytes, this);
    if (outcome == Outcome.Later) return BodyAction.Pause;
    this.fill(body, outcome);
    return BodyAction.Continue;
  }

  override onStored(outcome: Outcome): void {
    if (this.wish != Wish.Messages) return this.reply(outcome);
    const body = heldRequestBody();
    if (readRequest(body)) this.fill(body, outcome);
    resumeRequest();
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const isRead = this.form != Form.None && !endOfStream && this.recording.begin(headers, this.isMessages);
    if (isRead) this.responseBodyMode = BodyMode.Streaming;
    return HeadersAction.Continue;
  }

  override onStreamingResponseBody(chunk: Slice, isLastChunk: bool): Slice {
    const recording = this.recording;
    if (!recording.isOpen) return chunk;
    recording.push(chunk, this.config!.maxBytes);
    if (!recording.isOpen) this.responseBodyMode = BodyMode.Skip;
    // Some clients leave when they have read the last event.
    else if (isLastChunk || recording.hasEnded) this.store();
    return chunk;
  }

  override onResponseTrailers(trailers: HeaderMap): HeadersAction {
    this.store();
    return HeadersAction.Continue;
  }

  override free(): void {
    this.reset();
    if (pool.give(this)) return;
    // The pool is full: the object is left to the collector.
    this.key.dispose();
    this.question.dispose();
    this.recording.free();
  }

  private reset(): void {
    this.config = null;
    this.isMessages = false;
    this.wish = Wish.Messages;
    this.rounds = 0;
    this.form = Form.None;
    this.key.clear();
    this.question.release(KEPT_BYTES);
    this.recording.reset();
    this.command.filter = null;
    this.history = ABSENT;
  }

  private onLaterPass(headers: HeaderMap): HeadersAction {
    this.form = pass.form;
    if (this.form != Form.None) refuseCompression(headers);
    return HeadersAction.Continue;
  }

  /** A client reads or removes its own history. */
  private onQuery(headers: HeaderMap, whole: Slice): HeadersAction {
    const config = this.config!;
    const method = headers.get(":method");
    const isRead = sliceEquals(method, "GET");
    if (sliceEquals(method, "OPTIONS")) return HeadersAction.Continue;
    if (!isRead && !sliceEquals(method, "DELETE")) {
      refuseMethod();
      return HeadersAction.Pause;
    }
    const missing = findKey(config, headers, this.key);
    this.rounds = countIn(whole, "cnt", ALL_ROUNDS);
    if (missing != Missing.Nothing) refuseAnonymous(missing, config.identityHeader);
    else if (isRead && this.rounds < 0) refuseCount();
    else {
      this.wish = isRead ? Wish.Read : Wish.Remove;
      const key = this.key.slice;
      const outcome = isRead ? config.store.find(key, config.maxBytes, this) : config.store.remove(key, this);
      if (outcome != Outcome.Later) this.reply(outcome);
    }
    return HeadersAction.Pause;
  }

  private reply(outcome: Outcome): void {
    if (outcome == Outcome.Failed) replyStoreDown();
    else if (this.wish == Wish.Remove) replyRemoved();
    else {
      selection.chooseAll(this.history, this.key.slice, sliceOfBuffer(this.config!.secret), this.rounds);
      replyHistory(selection);
    }
  }

  /** Puts the history into the request that `conversation` has read, and keeps what is stored of it. */
  private fill(body: BodyBuffer, outcome: Outcome): void {
    const config = this.config!;
    const history = outcome == Outcome.Done ? this.history : ABSENT;
    const results = conversation.isContinuation ? conversation.messages : ABSENT;
    const secret = sliceOfBuffer(config.secret);
    const key = this.key.slice;
    // The results of calls that are not in the history would have no call before them there.
    if (!selection.choose(history, key, secret, this.isMessages, results, this.rounds, config.maxTokens)) {
      noteAlone();
      return;
    }
    conversation.write(this.question);
    if (!selection.isEmpty) {
      filled.add();
      insertHistory(document, conversation.first, selection, body);
    }
    refuseCompression(requestHeaders);
    if (this.question.size + LINE_OVERHEAD > config.maxBytes) {
      noteAlone();
      return;
    }
    this.form = conversation.isPlain ? Form.Plain : this.isMessages ? Form.Messages : Form.Chat;
    notePass(this.form, key, this.question.slice);
  }

  /** The response has ended. */
  private store(): void {
    const recording = this.recording;
    if (!recording.isOpen) return;
    const answer = recording.end();
    if (answer) {
      const form =
        this.form == Form.Plain && answer.callsTools ? (this.isMessages ? Form.Messages : Form.Chat) : this.form;
      storeExchange(this.config!, form, this.key.slice, this.question.slice, answer);
    }
    recording.close();
  }
}

function readRequest(body: BodyBuffer): bool {
  const isRead = document.parse(body.bytes()) == JsonError.None && document.isObject && document.duplicate == ABSENT;
  return isRead && conversation.read(document.get("messages"));
}
