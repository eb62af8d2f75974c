import { Slice } from "../../assembly/bytes/slice";
import { HeaderMap, requestHeaders, responseHeaders } from "../../assembly/host/headers";
import { BodyMode, HeadersAction, HttpFilter } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { Account } from "./account";
import { writeLog } from "./ai-log";
import { AiStatisticsConfig } from "./config";
import { PassMetrics } from "./metrics/metrics";
import { RequestRecord } from "./record";

const pool = new FilterPool<AiStatisticsFilter>();

/** Observes a request and its response, and changes nothing of them. */
export class AiStatisticsFilter extends HttpFilter {
  private config: AiStatisticsConfig | null = null;
  private readonly account: Account;
  private readonly metrics: PassMetrics;
  private readonly record: RequestRecord = new RequestRecord();
  /** Whether the account reads the body of the response. */
  private isRead: bool = false;

  private constructor() {
    super();
    const account = new Account();
    this.account = account;
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
    this.account.begin(headers);
    this.beginMetrics();
    if (this.record.begin(this.config!, headers, this.account)) this.requestBodyMode = BodyMode.Streaming;
    return HeadersAction.Continue;
  }

  override onStreamingRequestBody(chunk: Slice, isLastChunk: bool): Slice {
    this.record.pushRequest(chunk, isLastChunk);
    return chunk;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    this.isRead = this.account.respond(headers) && this.config!.readsUsage;
    const isRecorded = this.record.respond(headers, endOfStream, this.account);
    if ((this.isRead || isRecorded) && !endOfStream) this.responseBodyMode = BodyMode.Streaming;
    return HeadersAction.Continue;
  }

  override onStreamingResponseBody(chunk: Slice, isLastChunk: bool): Slice {
    if (this.isRead) this.account.push(chunk);
    this.record.pushResponse(chunk, isLastChunk, this.account);
    return chunk;
  }

  override onLog(): void {
    if (!this.account.hasBegun) this.observeRefused();
    this.account.finish();
    this.metrics.finish();
    writeLog(this.account);
    this.record.end(this.config!, this.account);
  }

  override free(): void {
    this.reset();
    if (pool.give(this)) return;
    this.account.free();
    this.record.free();
  }

  private beginMetrics(): void {
    const metrics = this.config!.metrics;
    if (metrics) this.metrics.begin(metrics);
  }

  private observeRefused(): void {
    this.account.observeRefused(requestHeaders, responseHeaders);
    this.beginMetrics();
  }

  private reset(): void {
    this.config = null;
    this.account.reset();
    this.metrics.reset();
    this.record.reset();
    this.isRead = false;
  }
}
