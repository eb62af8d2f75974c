import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { maskSecrets, SecretPosition } from "../../../assembly/bytes/secret-mask";
import { SecretSet } from "../../../assembly/bytes/secret-set";
import { copyInto, ABSENT, Slice, sliceSize, subslice } from "../../../assembly/bytes/slice";
import { BodyBuffer, responseBody } from "../../../assembly/host/body";
import { HeaderMap, responseHeaders } from "../../../assembly/host/headers";
import { BodyAction, BodyMode, HOLD } from "../../../assembly/plugin/filter";
import { Exchange } from "../exchange";
import { writeUnreadError } from "./error-response";
import { announceError } from "./held-response";
import { maskHeaders } from "./masked-headers";
import { isCompressed, isEventStream, noteCompressed } from "./response-headers";

const SWITCHING_PROTOCOLS = 101;
/** Memory for a piece that is kept from one callback to the next. */
const KEPT_BYTES = 256 * 1024;
/** The most that the host holds back; above it only the module holds, and no more than the longest form of a key. */
const MOST_IN_HOST = 64 * 1024;

const work = new ByteBuffer();
const text = new ByteBuffer();
/** For a stream of which nothing is held. */
let spare = new SecretPosition();

/** Keeps the provider's API keys out of what a client can read: header values, trailers, and bodies of any status. */
export class ResponseMask {
  /** Whether the body is an error that cannot be read, and is replaced by one that can. */
  replacesBody: bool = false;
  /** Whether the headers are forwarded before the body that is replaced. */
  private isAnnounced: bool = false;
  private status: i32 = 0;
  private isReadable: bool = false;
  /** Whether a piece that may end in the beginning of a key waits in the host, where trailers let it go. */
  private mayHoldInHost: bool = false;
  private isTailInHost: bool = false;
  private position: SecretPosition | null = null;

  private configured: SecretSet | null = null;

  constructor(private readonly exchange: Exchange) {}

  private get secrets(): SecretSet {
    return this.configured!;
  }

  /** Begins a response. The object is new, or was reset. */
  begin(secrets: SecretSet): void {
    this.configured = secrets;
  }

  /** Masks the headers, and decides what the body needs. `mayHold`: an error that is replaced is held. */
  onHeaders(headers: HeaderMap, endOfStream: bool, mayHold: bool): void {
    maskHeaders(this.secrets, headers);
    this.status = headers.status;
    // No byte of a WebSocket's frames is held: each side may wait for the last byte of a message.
    if (endOfStream || this.status == SWITCHING_PROTOCOLS) return;
    const isPlain = !isCompressed(headers);
    this.isReadable = isPlain;
    this.replacesBody = !isPlain && this.status >= 400;
    this.isAnnounced = this.replacesBody && !mayHold;
    if (this.isAnnounced) {
      headers.remove("content-encoding");
      announceError(headers);
    }
    this.mayHoldInHost = isPlain && !isEventStream(headers);
    // Trailers take what is held of an event that breaks off: the length would not fit then.
    const mayLoseBytes = isPlain && !this.mayHoldInHost;
    if (mayLoseBytes && headers.get("content-length") != ABSENT) headers.remove("content-length");
  }

  /** How the filter gets the body: `wanted` is what the response needs, `isOnlyRead` whether it only reads. */
  bodyMode(wanted: BodyMode, isOnlyRead: bool): BodyMode {
    if (this.replacesBody) return BodyMode.Whole;
    if (wanted != BodyMode.Skip && !isOnlyRead) this.mayHoldInHost = false;
    return wanted == BodyMode.Skip && this.isReadable ? BodyMode.Streaming : wanted;
  }

  /** Masks a whole body, before anything reads it. */
  onBody(body: BodyBuffer): void {
    const bytes = body.bytes();
    if (maskSecrets(this.secrets, bytes)) body.replace(bytes);
  }

  /** Puts an error that says no more than the status in the place of a compressed one. */
  replaceBody(body: BodyBuffer): BodyAction {
    noteCompressed("its error is replaced");
    if (!this.isAnnounced) responseHeaders.remove("content-encoding");
    // Trailers may follow the headers at once: then there is no body that something could be put into.
    if (!body.size) return BodyAction.Continue;
    work.release(KEPT_BYTES);
    writeUnreadError(this.exchange, this.status, work);
    body.replace(work.slice);
    if (this.isAnnounced) return BodyAction.Continue;
    responseHeaders.setText("content-type", "application/json");
    text.clear();
    responseHeaders.set("content-length", text.integer(work.size).slice);
    return BodyAction.Continue;
  }

  /** Masks a piece of a body; returns what is forwarded of it and of what was held before it. */
  push(chunk: Slice, isLastChunk: bool): Slice {
    const held = this.position;
    const position = held === null ? spare : held;
    let bytes = chunk;
    if (position.tail.size) {
      work.release(KEPT_BYTES);
      bytes = work.append(position.tail.slice).append(chunk).slice;
    }
    const found = position.read(this.secrets, bytes, isLastChunk);
    const kept = position.tail.size;
    if (held === null && kept) {
      this.position = position;
      spare = new SecretPosition();
    }
    const isWhole = !found && !kept;
    if (this.isTailInHost || (this.mayHoldInHost && bytes == chunk)) {
      this.isTailInHost = kept != 0 && responseBody.size <= MOST_IN_HOST;
      if (this.isTailInHost) {
        if (found) responseBody.replace(replaced(bytes, 0));
        return HOLD;
      }
      if (responseBody.size > sliceSize(chunk)) return isWhole ? chunk : replaced(bytes, kept);
    }
    if (isWhole && bytes == chunk) return chunk;
    // The same bytes at the same place would be taken for the chunk as it came.
    if (bytes == chunk && !kept) {
      work.release(KEPT_BYTES);
      bytes = work.append(chunk).slice;
    }
    return subslice(bytes, 0, sliceSize(bytes) - kept);
  }

  /** Masks the trailers. */
  onTrailers(trailers: HeaderMap): void {
    maskHeaders(this.secrets, trailers);
  }

  /** Ends the response: every field is as in a new object. */
  reset(): void {
    const position = this.position;
    if (position) position.dispose();
    this.replacesBody = false;
    this.isAnnounced = false;
    this.status = 0;
    this.isReadable = false;
    this.mayHoldInHost = false;
    this.isTailInHost = false;
    this.position = null;
    this.configured = null;
  }
}

/** All that the host holds, with `bytes` at its end, but for the last `kept` of them. */
function replaced(bytes: Slice, kept: i32): Slice {
  const all = responseBody.bytes();
  copyInto(subslice(all, sliceSize(all) - sliceSize(bytes)), bytes);
  return subslice(all, 0, sliceSize(all) - kept);
}
