import { Slice } from "../../assembly/bytes/slice";
import { HeaderMap, requestHeaders, responseHeaders } from "../../assembly/host/headers";
import { BodyMode, HeadersAction, HttpFilter } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { Account } from "./account";
import { writeLog } from "./ai-log";
import { AiStatisticsConfig } from "./config";
import { PassMetrics } from "./metrics/metrics";

const pool = new FilterPool<AiStatisticsFilter>();

/** Observes a request and its response, and changes nothing of them. */
export class AiStatisticsFilter extends HttpFilter {
  private config: AiStatisticsConfig | null = null;
  private readonly account: Account;
  private readonly metrics: PassMetrics;

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
    return HeadersAction.Continue;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const isRead = this.account.respond(headers);
    if (isRead && !endOfStream && this.config!.readsUsage) this.responseBodyMode = BodyMode.Streaming;
    return HeadersAction.Continue;
  }

  override onStreamingResponseBody(chunk: Slice, isLastChunk: bool): Slice {
    this.account.push(chunk);
    return chunk;
  }

  override onLog(): void {
    if (!this.account.hasBegun) this.observeRefused();
    this.account.finish();
    this.metrics.finish();
    writeLog(this.account);
  }

  override free(): void {
    this.reset();
    if (!pool.give(this)) this.account.free();
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
  }
}
