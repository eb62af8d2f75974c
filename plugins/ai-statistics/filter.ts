import { Slice } from "../../assembly/bytes/slice";
import { CONTENT_TYPE, PATH } from "../../assembly/host/header-names";
import { HeaderMap, requestHeaders, responseHeaders } from "../../assembly/host/headers";
import { BodyMode, HeadersAction, HttpFilter } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { Account } from "./account";
import { writeLog } from "./ai-log";
import { Source } from "./attributes/attribute";
import { AiStatisticsConfig } from "./config";
import { PassMetrics } from "./metrics/metrics";
import { Observations } from "./observations";
import { PromptMeter } from "./prompt-meter";
import { RequestRecord } from "./record";

const pool = new FilterPool<AiStatisticsFilter>();

/** Observes a request and its response, and changes nothing of them. */
export class AiStatisticsFilter extends HttpFilter {
  private config: AiStatisticsConfig | null = null;
  /** Whether the path is none of those that are observed. */
  private isIgnored: bool = false;
  private readonly account: Account;
  private readonly observations: Observations;
  private readonly metrics: PassMetrics;
  private readonly record: RequestRecord = new RequestRecord();
  private readonly prompt: PromptMeter = new PromptMeter();
  /** Whether the prompt is read for an estimate. */
  private isEstimated: bool = false;
  /** Whether the account reads the body of the response. */
  private isRead: bool = false;

  private constructor() {
    super();
    const account = new Account();
    this.account = account;
    this.observations = new Observations(account);
    this.metrics = new PassMetrics(account);
  }

  /** A filter for one stream. */
  static of(config: AiStatisticsConfig): AiStatisticsFilter {
    const spare = pool.take();
    const filter = spare ? spare : new AiStatisticsFilter();
    filter.config = config;
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const config = this.config!;
    const path = headers.of(PATH);
    this.isIgnored = !config.scope.hasPath(path);
    if (this.isIgnored) return HeadersAction.Continue;
    this.account.begin(headers, path);
    this.beginMetrics();
    const isWanted = this.observations.begin(config, headers);
    const isRecorded = this.record.begin(config, headers, this.account);
    this.isEstimated = config.estimatesUsage && this.prompt.begin(headers);
    if (isRecorded || ((isWanted || this.isEstimated) && !endOfStream)) this.requestBodyMode = BodyMode.Streaming;
    this.observations.tagSpan(Source.FixedValue, Source.RequestHeader);
    return HeadersAction.Continue;
  }

  override onStreamingRequestBody(chunk: Slice, isLastChunk: bool): Slice {
    this.record.pushRequest(chunk, isLastChunk);
    this.observations.pushRequest(chunk);
    if (this.isEstimated) this.prompt.push(chunk, isLastChunk, this.account);
    if (isLastChunk) this.observations.tagSpan(Source.RequestBody, Source.RequestBody);
    return chunk;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const config = this.config!;
    if (this.isIgnored) return HeadersAction.Continue;
    if (this.isEstimated) this.prompt.end(this.account);
    const contentType = headers.of(CONTENT_TYPE);
    const isEnabled = config.readsResponses && config.scope.hasContentType(contentType);
    this.isRead = this.account.respond(headers, contentType) && isEnabled;
    this.observations.respond(headers);
    this.observations.tagSpan(Source.ResponseHeader, Source.ResponseHeader);
    const isRecorded = this.record.respond(headers, endOfStream, this.account);
    if ((this.isRead || isRecorded) && !endOfStream) this.responseBodyMode = BodyMode.Streaming;
    return HeadersAction.Continue;
  }

  override onStreamingResponseBody(chunk: Slice, isLastChunk: bool): Slice {
    if (this.isRead) {
      this.account.push(chunk, isLastChunk);
      if (!this.account.isStream) this.observations.pushResponse(chunk);
    }
    this.record.pushResponse(chunk, isLastChunk, this.account);
    if (isLastChunk) this.observations.tagSpan(Source.ResponseBody, Source.BuiltIn);
    return chunk;
  }

  override onLog(): void {
    if (!this.isIgnored && !this.account.hasBegun) this.observeRefused();
    if (this.isIgnored) return;
    if (this.isEstimated) this.prompt.end(this.account);
    this.account.finish();
    if (!this.config!.readsUsage) this.account.usage = null;
    this.metrics.finish();
    writeLog(this.account, this.observations);
    this.record.end(this.config!, this.account);
  }

  override free(): void {
    this.reset();
    if (pool.give(this)) return;
    this.account.free();
    this.record.free();
    this.prompt.dispose();
  }

  private beginMetrics(): void {
    const metrics = this.config!.metrics;
    if (metrics) this.metrics.begin(metrics);
  }

  /** A filter in front has replied: the headers are read now. */
  private observeRefused(): void {
    const path = requestHeaders.of(PATH);
    this.isIgnored = !this.config!.scope.hasPath(path);
    if (this.isIgnored) return;
    this.observations.begin(this.config!, requestHeaders);
    this.account.observeRefused(requestHeaders, path, responseHeaders);
    this.beginMetrics();
  }

  private reset(): void {
    this.config = null;
    this.isIgnored = false;
    this.account.reset();
    this.observations.reset();
    this.metrics.reset();
    this.record.reset();
    if (this.isEstimated) this.prompt.reset();
    this.isEstimated = false;
    this.isRead = false;
  }
}
