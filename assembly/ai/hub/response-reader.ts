import { ByteBuffer } from "../../bytes/buffer";
import { Slice } from "../../bytes/slice";
import { JsonDocument } from "../../json/document";
import { JsonError } from "../../json/validate";
import { jsonContent } from "../../json/value";
import { SseDecoder } from "../../sse/decoder";
import { TokenUsage } from "../usage";
import { BAD_GATEWAY, ResponseSink } from "./response-sink";
import { SseTransform } from "./sse-transform";

/** Reads the responses of a provider whose events are JSON objects, whole or as a stream, into a sink. */
export abstract class ResponseReader extends SseTransform {
  private hasHead: bool = false;

  /** The tokens are read into `tokens`. The reader owns the sink. */
  constructor(
    protected readonly sink: ResponseSink,
    protected readonly tokens: TokenUsage,
  ) {
    super();
  }

  /** Reads a whole response into the sink; `false` where it has failed (`errorStatus`), or, and then nothing is read, holds no choice. */
  abstract readWhole(response: JsonDocument, out: ByteBuffer): bool;

  override free(): void {
    super.free();
    this.sink.free();
  }

  protected onEvent(event: SseDecoder, out: ByteBuffer): void {
    const sink = this.sink;
    if (sink.hasEnded) return;
    sink.out = out;
    if (!this.isShort(event)) return;
    this.readEvent(event);
    if (sink.errorStatus) this.errorStatus = sink.errorStatus;
  }

  protected onEnd(out: ByteBuffer): void {
    if (this.sink.hasEnded) return;
    this.sink.out = out;
    this.finish();
  }

  /** Reads an event, which is short enough, into the sink. */
  protected abstract readEvent(event: SseDecoder): void;

  /** Ends the response where the stream ends: with an error if a choice has not ended. */
  protected finish(): void {
    if (this.sink.isComplete) this.sink.end();
    else this.failIncomplete();
  }

  /** Ends a whole response; `false` where it has failed. */
  protected endWhole(): bool {
    this.sink.end();
    this.errorStatus = this.sink.errorStatus;
    return !this.errorStatus;
  }

  /** Ends the response with an error because its stream has ended before. */
  protected failIncomplete(): void {
    this.failWith("The provider's stream ended before its response did.", "upstream_stream_incomplete");
  }

  /** Whether the response has begun. */
  protected get hasBegunResponse(): bool {
    return this.hasHead;
  }

  /** Begins the response with the id that its first event has, a JSON value. */
  protected beginOnce(id: Slice): void {
    if (this.hasHead) return;
    this.hasHead = true;
    this.sink.begin(jsonContent(id));
  }

  /** Whether the event is short enough; else the response has failed. */
  private isShort(event: SseDecoder): bool {
    if (!event.tooLong) return true;
    this.failWith("The provider sent an event that is too long.", "upstream_event_too_long");
    return false;
  }

  /** Parses the data of an event; `false` if it is no JSON object, and then the response has failed. */
  protected parse(event: SseDecoder, document: JsonDocument): bool {
    if (document.parse(event.data) == JsonError.None && document.isObject) return true;
    this.failWith("The provider sent an event that cannot be read.", "upstream_event_invalid");
    return false;
  }

  /** Ends the response with an error of the gateway. */
  protected failWith(text: string, reason: string): void {
    this.sink.failWith(text, reason);
    this.errorStatus = BAD_GATEWAY;
  }

  /** Ends the response with an error; the texts are contents of JSON strings. */
  protected fail(status: i32, text: Slice, reason: Slice): void {
    this.sink.fail(status, text, reason);
    this.errorStatus = status;
  }
}
