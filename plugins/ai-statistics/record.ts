import { Slice } from "../../assembly/bytes/slice";
import { HeaderMap } from "../../assembly/host/headers";
import { Account } from "./account";
import { TextCapture } from "./capture";
import { writeEarlyFields, writeFields } from "./log-fields";
import { AiStatisticsConfig } from "./config";
import { hasSpan, writeSpan } from "./span";

/** What is written about one pass of a request: the log fields, and before its span closes those that the span shows. */
export class RequestRecord {
  private config: AiStatisticsConfig | null = null;
  private hasSpan: bool = false;
  /** Created for the first stream that captures, and kept; `null` before. */
  private texts: TextCapture | null = null;
  private isCapturing: bool = false;

  /** The request headers have arrived. Returns whether the request's body is needed. */
  begin(config: AiStatisticsConfig, headers: HeaderMap, account: Account): bool {
    const options = config.record;
    this.config = config;
    this.hasSpan = options.hasFields && hasSpan(headers, options.spans);
    if (this.hasSpan) writeEarlyFields(account);
    const captured = options.capture;
    if (captured === null) return false;
    const texts = this.texts;
    const capture = texts ? texts : new TextCapture();
    capture.begin(captured);
    this.texts = capture;
    this.isCapturing = true;
    return true;
  }

  /** A chunk of the request's body. */
  pushRequest(chunk: Slice, isLastChunk: bool): void {
    const capture = this.capture;
    if (capture) capture.pushRequest(chunk, isLastChunk);
  }

  /** The response headers have arrived. Returns whether the response's body is needed. */
  respond(headers: HeaderMap, endOfStream: bool, account: Account): bool {
    const capture = this.capture;
    const isCaptured = capture ? capture.beginResponse(headers.get("content-type")) : false;
    if (this.hasSpan) {
      if (endOfStream) this.endSpan(account);
      else writeEarlyFields(account);
    }
    return isCaptured || this.hasSpan;
  }

  /** A chunk of the response's body, which the account has seen. */
  pushResponse(chunk: Slice, isLastChunk: bool, account: Account): void {
    const capture = this.capture;
    if (capture) capture.pushResponse(chunk);
    if (isLastChunk && this.hasSpan) this.endSpan(account);
  }

  /** The pass has ended, which may not have begun; `account.finish` was called. */
  end(config: AiStatisticsConfig, account: Account): void {
    if (config.record.hasFields) writeFields(account, this.capture, false);
  }

  /** Envoy closes the span after the last bytes of the response. */
  private endSpan(account: Account): void {
    const metrics = this.config!.metrics;
    account.finish();
    if (metrics) {
      const prices = metrics.prices;
      if (prices) account.price(prices);
    }
    writeSpan(account, this.capture);
  }

  /** Forgets the request. */
  reset(): void {
    this.config = null;
    this.hasSpan = false;
    const texts = this.texts;
    if (texts) texts.reset();
    this.texts = texts;
    this.isCapturing = false;
  }

  /** Frees the memory; the object is not used again. */
  free(): void {
    const texts = this.texts;
    if (texts) texts.free();
  }

  /** What captures the texts of this request; `null` if they are not captured. */
  private get capture(): TextCapture | null {
    return this.isCapturing ? this.texts : null;
  }
}
