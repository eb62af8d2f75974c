import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceOf, sliceSize, startsWithIgnoringCase, subslice } from "../../../assembly/bytes/slice";
import { BodyBuffer } from "../../../assembly/host/body";
import { HeaderMap } from "../../../assembly/host/headers";
import { JsonDocument } from "../../../assembly/json/document";
import { Exchange } from "../exchange";
import { translateError } from "./error-response";
import { announceError } from "./held-response";
import { MOST_HELD, ResponseStream } from "./response-stream";

const document = new JsonDocument();
const out = new ByteBuffer();
const KEPT_BYTES = 64 * 1024;

/**
 * The body of an error whose headers are forwarded at once, so that the next target of `fallback` does not wait for a body that is
 * slow, and one that is larger than Envoy holds is no error of Envoy's. It is translated at its end. Of a
 * longer one than `MOST_HELD` bytes the client gets an error that says no more than the status.
 */
export class StreamedError extends ResponseStream {
  private readonly body: ByteBuffer = new ByteBuffer();
  private isPlainText: bool = false;
  private size: i32 = 0;
  private isWritten: bool = false;

  constructor(
    private readonly exchange: Exchange,
    private readonly status: i32,
  ) {
    super();
  }

  /** Begins the body, and makes the headers those of its translation. */
  static of(exchange: Exchange, status: i32, headers: HeaderMap): StreamedError {
    const error = new StreamedError(exchange, status);
    error.isPlainText = startsWithIgnoringCase(headers.get("content-type"), "text/plain");
    announceError(headers);
    return error;
  }

  push(chunk: Slice, isLastChunk: bool): Slice {
    out.release(KEPT_BYTES);
    if (this.isWritten) return sliceOf(0, 0);
    this.size += sliceSize(chunk);
    this.body.append(subslice(chunk, 0, MOST_HELD - this.body.size));
    if (!isLastChunk && this.size < MOST_HELD) return sliceOf(0, 0);
    this.isWritten = true;
    const body = this.body.slice;
    return translateError(this.exchange, document, this.status, this.isPlainText, body, out) ? out.slice : body;
  }

  /** What has come of the body, up to `MOST_HELD` bytes. */
  get bytes(): Slice {
    return this.body.slice;
  }

  /** Ends it with what the host holds of it, if there is anything. */
  cut(held: BodyBuffer): void {
    if (held.size) held.replace(this.push(sliceOf(0, 0), true));
  }

  override get hasBegun(): bool {
    return this.isWritten;
  }

  free(): void {
    this.body.dispose();
  }
}
