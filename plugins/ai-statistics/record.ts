import { Slice } from "../../assembly/bytes/slice";
import { HeaderMap } from "../../assembly/host/headers";
import { Account } from "./account";
import { TextCapture } from "./capture";
import { writeEarlyFields, writeFields } from "./log-fields";
import { RecordConfig } from "./record-config";
import { hasSpan, writeSpan } from "./span";

/** What is written about one pass of a request: the log fields, and before its span closes those that the span shows. */
export class RequestRecord {
  private config: RecordConfig | null = null;
  private hasSpan: bool = false;
  /** Created for the first stream that captures. */
  private spare: TextCapture | null = null;
  private capture: TextCapture | null = null;

  /** The request headers have arrived. Returns whether the request's body is needed. */
  begin(config: RecordConfig, headers: HeaderMap, account: Account): bool {
    this.config = config;
    this.hasSpan = config.hasFields && hasSpan(headers, config.spans);
    if (this.hasSpan) writeEarlyFields(account);
    const captured = config.capture;
    if (captured === null) return false;
    const spare = this.spare;
    const capture = spare ? spare : new TextCapture();
    capture.begin(captured);
    this.spare = capture;
    this.capture = capture;
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
      if (endOfStream) writeSpan(account, capture);
      else writeEarlyFields(account);
    }
    return isCaptured || this.hasSpan;
  }

  /** A chunk of the response's body, which the account has seen. */
  pushResponse(chunk: Slice, isLastChunk: bool, account: Account): void {
    const capture = this.capture;
    if (capture) capture.pushResponse(chunk);
    if (isLastChunk && this.hasSpan) writeSpan(account, capture);
  }

  /** The pass has ended; `account.finish` was called. */
  end(account: Account): void {
    const config = this.config;
    if (config && config.hasFields) writeFields(account, this.capture, false);
  }

  /** Forgets the request. */
  reset(): void {
    this.config = null;
    this.hasSpan = false;
    const capture = this.capture;
    if (capture) capture.reset();
    this.capture = null;
  }

  /** Frees the memory; the object is not used again. */
  free(): void {
    const spare = this.spare;
    if (spare) spare.free();
  }
}
