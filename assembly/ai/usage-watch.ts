import { TokenUsage } from "./usage";
import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, Slice, sliceSize, startsWithIgnoringCase } from "../bytes/slice";
import { jsonGet, JsonKind, jsonKind } from "../json/value";
import { jsonValidate } from "../json/validate";
import { SseDecoder } from "../sse/decoder";

/** The longest JSON body that is read for its usage. */
const MOST_BODY_BYTES: i32 = 4 << 20;
const KEPT_BYTES: i32 = 16 << 10;

/** Finds the token usage in a response that passes, streamed or not, wherever it is cut. */
export class UsageWatch {
  /** The tokens so far. */
  readonly usage: TokenUsage = new TokenUsage();
  private readonly decoder: SseDecoder = new SseDecoder();
  private readonly body: ByteBuffer = new ByteBuffer();
  private isStream: bool = false;
  private isTooLong: bool = false;

  /** Begins with a response of this content type. Returns whether it can have usage. */
  begin(contentType: Slice): bool {
    this.isStream = startsWithIgnoringCase(contentType, "text/event-stream");
    return this.isStream || startsWithIgnoringCase(contentType, "application/json");
  }

  /** Reads a chunk. */
  push(chunk: Slice): void {
    if (this.isStream) {
      this.decoder.push(chunk);
      while (this.decoder.next()) if (this.decoder.hasData) this.read(this.decoder.data);
    } else if (!this.isTooLong) {
      this.isTooLong = this.body.size + sliceSize(chunk) > MOST_BODY_BYTES;
      if (this.isTooLong) this.body.free();
      else this.body.append(chunk);
    }
  }

  /** The response has ended. */
  finish(): void {
    if (this.isStream) {
      if (this.decoder.finish() && this.decoder.hasData) this.read(this.decoder.data);
    } else if (this.body.size) this.read(this.body.slice);
    this.body.release(KEPT_BYTES);
  }

  /** Forgets the response. */
  reset(): void {
    this.usage.reset();
    this.decoder.free();
    this.body.release(KEPT_BYTES);
    this.isStream = false;
    this.isTooLong = false;
  }

  /** Frees the memory. */
  free(): void {
    this.decoder.free();
    this.body.free();
  }

  /** Reads `usage`, and `usage` of `message` (Anthropic's first event) and of `response` (OpenAI's last one). */
  private read(json: Slice): void {
    if (jsonValidate(json)) return;
    if (jsonKind(json) != JsonKind.Object) return;
    this.take(jsonGet(json, "usage"));
    this.takeOf(jsonGet(json, "message"));
    this.takeOf(jsonGet(json, "response"));
  }

  private takeOf(object: Slice): void {
    if (jsonKind(object) == JsonKind.Object) this.take(jsonGet(object, "usage"));
  }

  private take(usage: Slice): void {
    if (usage != ABSENT && jsonKind(usage) == JsonKind.Object) this.usage.read(usage);
  }
}
