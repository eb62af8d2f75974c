import { Api } from "../../assembly/ai/api";
import { isReadable } from "../../assembly/ai/body-model";
import { SEARCHED_STATE } from "../../assembly/ai/contract";
import { RequestPath } from "../../assembly/ai/request-path";
import { utcTime } from "../../assembly/ai/utc-time";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { withoutQuery } from "../../assembly/bytes/query";
import { ABSENT, Slice, sliceOfBuffer, sliceSize, startsWithIgnoringCase } from "../../assembly/bytes/slice";
import { BodyBuffer } from "../../assembly/host/body";
import { nowInSeconds } from "../../assembly/host/clock";
import { growContentLength } from "../../assembly/host/content-length";
import { FilterState } from "../../assembly/host/filter-state";
import { HeaderMap, requestHeaders, responseHeaders } from "../../assembly/host/headers";
import { JsonDocument } from "../../assembly/json/document";
import { JsonEdit } from "../../assembly/json/edit";
import { JsonError } from "../../assembly/json/validate";
import { jsonUnescape } from "../../assembly/json/value";
import { escapeJson } from "../../assembly/json/writer";
import { BodyAction, BodyMode, HeadersAction, HttpFilter } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { heldRequestBody, resumeRequest } from "../../assembly/plugin/resume";
import { SearchConfig } from "./config";
import { SearchOutcome } from "./notes";
import { NO_SOURCES, writeSources } from "./references";
import { wantsFormat } from "./request/format";
import { removeOptions, SearchOptions } from "./request/options";
import { Question } from "./request/question";
import { writeBody } from "./response/body-references";
import { ReferenceStream } from "./response/reference-stream";
import { SourceList } from "./response/source-list";
import { writePrompt } from "./search-prompt";
import { SearchRun } from "./search-run";

const KEPT_BYTES: i32 = 64 << 10;
const QUOTE: u32 = 0x22;
const EVENT_STREAM = "text/event-stream";
const JSON_TYPE = "application/json";

const pool = new FilterPool<SearchFilter>();
const path = new RequestPath();
const searched = new FilterState(SEARCHED_STATE);
const document = new JsonDocument();
const edit = new JsonEdit();
const question = new Question();
const options = new SearchOptions();
const text = new ByteBuffer();
const prompt = new ByteBuffer();
const token = new ByteBuffer();
const written = new ByteBuffer();

/** The search of a filter. */
class FilterSearch extends SearchRun {
  filter: SearchFilter | null = null;

  override onSearched(): void {
    this.filter!.onSearched();
  }
}

/** Searches for the question of a request, puts the results into its prompt, and names them in the response. */
export class SearchFilter extends HttpFilter {
  private config: SearchConfig | null = null;
  private readonly search: FilterSearch = new FilterSearch();
  /** What the response refers to. */
  private readonly sources: SourceList = new SourceList();
  private api: Api = Api.Unknown;
  /** Whether a text of references would break the response. */
  private hasFormat: bool = false;
  /** The stream of the response; `null` until one of the filter's streams was one. */
  private events: ReferenceStream | null = null;

  /** A filter for one stream. */
  static of(config: SearchConfig): SearchFilter {
    const spare = pool.take();
    const filter = spare ? spare : new SearchFilter();
    filter.config = config;
    filter.search.filter = filter;
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    if (endOfStream) return HeadersAction.Continue;
    path.read(withoutQuery(headers.get(":path")));
    const type = headers.get("content-type");
    const isJson = type == ABSENT || startsWithIgnoringCase(type, JSON_TYPE);
    this.api = path.api;
    const isChat = path.api == Api.ChatCompletions || path.api == Api.Messages || this.isResponses;
    if (!isChat && (path.api != Api.Unknown || !isJson)) return HeadersAction.Continue;
    if (!isReadable(headers.get("content-encoding"), type, headers.get("upgrade"))) return HeadersAction.Continue;
    // After an internal redirect the body has the results already.
    const earlier = searched.get();
    if (sliceSize(earlier) > 0) {
      this.sources.load(this.config!, earlier);
      this.refuseEncodings();
      return HeadersAction.Continue;
    }
    this.requestBodyMode = BodyMode.Whole;
    return HeadersAction.HoldForBody;
  }

  override onRequestBody(body: BodyBuffer): BodyAction {
    const config = this.config!;
    if (document.parse(body.bytes()) != JsonError.None || !document.isObject) return BodyAction.Continue;
    options.read(document.root, this.api);
    if (options.isLimited || (!config.searchesAll && !options.areGiven)) return BodyAction.Continue;
    if (!question.find(document.root, this.isResponses)) return BodyAction.Continue;
    this.hasFormat = wantsFormat(document.root);
    text.clear();
    question.writeQuery(text);
    if (!text.size) return BodyAction.Continue;
    const rewrite = config.rewrite;
    const most = rewrite ? options.queryCount(rewrite.count) : 1;
    if (this.search.start(config, this.contextId, text.slice, most)) return BodyAction.Pause;
    this.finish(body);
    return BodyAction.Continue;
  }

  /** The search has ended in a callback of a callout. */
  onSearched(): void {
    this.finish(heldRequestBody());
    resumeRequest();
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    if (!this.sources.refers || endOfStream || headers.status < 200 || headers.status > 299)
      return HeadersAction.Continue;
    if (!isReadable(headers.get("content-encoding"), ABSENT, ABSENT)) return HeadersAction.Continue;
    const type = headers.get("content-type");
    if (startsWithIgnoringCase(type, EVENT_STREAM)) {
      if (headers.get("content-length") != ABSENT) headers.remove("content-length");
      const spare = this.events;
      const events = spare ? spare : new ReferenceStream();
      events.begin(this.sources);
      this.events = events;
      this.responseBodyMode = BodyMode.Streaming;
      return HeadersAction.Continue;
    }
    if (type != ABSENT && !startsWithIgnoringCase(type, JSON_TYPE)) return HeadersAction.Continue;
    this.responseBodyMode = BodyMode.Whole;
    return HeadersAction.HoldForBody;
  }

  override onResponseBody(body: BodyBuffer): BodyAction {
    const bytes = body.bytes();
    written.release(KEPT_BYTES);
    if (!writeBody(bytes, this.sources, written)) return BodyAction.Continue;
    growContentLength(responseHeaders, written.size - sliceSize(bytes));
    body.replace(written.slice);
    return BodyAction.Continue;
  }

  override onStreamingResponseBody(chunk: Slice, isLastChunk: bool): Slice {
    written.release(KEPT_BYTES);
    this.events!.push(chunk, isLastChunk, written);
    return written.slice;
  }

  override free(): void {
    this.reset();
    if (pool.give(this)) return;
    this.search.dispose();
    this.sources.dispose();
    const events = this.events;
    if (events) events.dispose();
  }

  private reset(): void {
    this.config = null;
    this.api = Api.Unknown;
    this.hasFormat = false;
    this.search.reset();
    this.sources.clear();
    const events = this.events;
    if (events) events.reset();
  }

  /** Puts what was found into the request, and notes it for the response and for later passes. */
  private finish(body: BodyBuffer): void {
    const outcome = this.search.outcome;
    text.clear();
    if (this.namesNothing) text.text(NO_SOURCES);
    else writeSources(this.search.results, text);
    searched.set(text.slice);
    this.sources.load(this.config!, text.slice);
    if (outcome != SearchOutcome.Failed) this.rewriteBody(body, outcome == SearchOutcome.Served);
    this.search.reset();
    this.refuseEncodings();
  }

  private get isResponses(): bool {
    return this.api == Api.Responses;
  }

  /** Whether the response cannot name its sources. */
  private get namesNothing(): bool {
    const config = this.config!;
    return this.hasFormat && config.refers && (!config.annotates || this.api == Api.Messages);
  }

  private rewriteBody(body: BodyBuffer, hasResults: bool): void {
    const bytes = body.bytes();
    if (document.parse(bytes) != JsonError.None) return;
    edit.begin(document);
    removeOptions(document.root, this.api, edit);
    if (hasResults && question.find(document.root, this.isResponses)) {
      this.writeQuestion();
      edit.replace(question.token, token.slice);
    }
    if (!edit.changed) return;
    written.release(KEPT_BYTES);
    edit.write(written);
    growContentLength(requestHeaders, written.size - sliceSize(bytes));
    body.replace(written.slice);
  }

  /** Writes the prompt as a JSON string into `token`. */
  private writeQuestion(): void {
    const config = this.config!;
    text.release(KEPT_BYTES);
    jsonUnescape(question.token, text);
    const date = String.UTF8.encode(utcTime(nowInSeconds()).substring(0, "2026-01-31".length));
    prompt.release(KEPT_BYTES);
    writePrompt(config.prompt, config.refers, this.search.results, text.slice, sliceOfBuffer(date), prompt);
    token.release(KEPT_BYTES);
    token.byte(QUOTE);
    escapeJson(prompt.slice, token);
    token.byte(QUOTE);
  }

  /** A compressed response could not be read. */
  private refuseEncodings(): void {
    if (this.sources.refers && requestHeaders.get("accept-encoding") != ABSENT)
      requestHeaders.remove("accept-encoding");
  }
}
