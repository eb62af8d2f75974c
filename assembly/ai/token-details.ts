import { ByteBuffer } from "../bytes/buffer";
import { constant } from "../bytes/constant";
import { Slice, slicesEqual, sliceSize } from "../bytes/slice";
import { jsonInteger, JsonKind, jsonKind, jsonUtf8 } from "../json/value";
import { JsonWalker } from "../json/walker";

/** A provider that reports more is not believed: sums of a few such numbers fit 64 bits. */
export const MOST_TOKENS: i64 = 1_000_000_000_000_000;

/** The longest key token that may be a name: each letter may be an escape of six. */
const LONGEST_KEY: i32 = 128;

/** OpenAI's names of the members with the details of both sides. */
export const PROMPT_DETAILS = constant("prompt_tokens_details");
export const COMPLETION_DETAILS = constant("completion_tokens_details");

const CACHED = constant("cached_tokens");
// https://openrouter.ai/docs/guides/best-practices/prompt-caching
const CACHE_WRITE = constant("cache_write_tokens");
const REASONING = constant("reasoning_tokens");
const AUDIO = constant("audio_tokens");
const TEXT = constant("text_tokens");
const IMAGE = constant("image_tokens");
const VIDEO = constant("video_tokens");

/** What begins an object as a value: a colon and a bracket. */
const OBJECT: u32 = 0x7b3a;

const scratch = new ByteBuffer();

/** What the tokens of one side are. A count of -1 was not reported. */
export class TokenDetails {
  /** Those that came from the provider's cache. */
  cached: i64 = -1;
  /** Those that were written to the provider's cache. */
  cacheWrite: i64 = -1;
  /** Those that were reasoning. */
  reasoning: i64 = -1;
  /** Those of audio. */
  audio: i64 = -1;
  /** Those of text. */
  text: i64 = -1;
  /** Those of images. */
  image: i64 = -1;
  /** Those of video. */
  video: i64 = -1;

  /** Takes over the `…_tokens_details` object to which the walker has come, and goes behind it; what it does not name stays. */
  readNext(source: JsonWalker): void {
    if (!source.enterObject()) return;
    while (source.nextMember()) {
      const value = source.value();
      const count = jsonKind(value) == JsonKind.Number ? min(jsonInteger(value, -1), MOST_TOKENS) : -1;
      if (count >= 0 && sliceSize(source.key) <= LONGEST_KEY) this.take(jsonUtf8(source.key, scratch), count);
    }
  }

  /** Takes over a count; names that are not known change nothing. */
  take(name: Slice, count: i64): void {
    if (slicesEqual(name, CACHED)) this.cached = count;
    else if (slicesEqual(name, REASONING)) this.reasoning = count;
    else if (slicesEqual(name, AUDIO)) this.audio = count;
    else if (slicesEqual(name, CACHE_WRITE)) this.cacheWrite = count;
    else if (slicesEqual(name, TEXT)) this.text = count;
    else if (slicesEqual(name, IMAGE)) this.image = count;
    else if (slicesEqual(name, VIDEO)) this.video = count;
  }

  /** Forgets all counts. */
  reset(): void {
    this.cached = -1;
    this.cacheWrite = -1;
    this.reasoning = -1;
    this.audio = -1;
    this.text = -1;
    this.image = -1;
    this.video = -1;
  }

  /** The tokens of all kinds of content together; -1 if none was reported. */
  get sum(): i64 {
    let sum: i64 = -1;
    if (this.audio >= 0) sum = max<i64>(sum, 0) + this.audio;
    if (this.text >= 0) sum = max<i64>(sum, 0) + this.text;
    if (this.image >= 0) sum = max<i64>(sum, 0) + this.image;
    if (this.video >= 0) sum = max<i64>(sum, 0) + this.video;
    return sum;
  }

  /** Writes the member `name` with what was reported; nothing if nothing was. `quote`: the quotes in JSON, or what stands for them. All are texts of `constant`. */
  write(name: Slice, quote: Slice, out: ByteBuffer): void {
    const from = out.size;
    this.writeCount(CACHED, this.cached, name, quote, from, out);
    this.writeCount(CACHE_WRITE, this.cacheWrite, name, quote, from, out);
    this.writeCount(REASONING, this.reasoning, name, quote, from, out);
    this.writeCount(AUDIO, this.audio, name, quote, from, out);
    this.writeCount(TEXT, this.text, name, quote, from, out);
    this.writeCount(IMAGE, this.image, name, quote, from, out);
    this.writeCount(VIDEO, this.video, name, quote, from, out);
    if (out.size > from) out.byte(0x7d);
  }

  private writeCount(kind: Slice, count: i64, name: Slice, quote: Slice, from: i32, out: ByteBuffer): void {
    if (count < 0) return;
    const isFirst = out.size == from;
    out.byte(0x2c).constant(quote);
    if (isFirst) out.constant(name).constant(quote).u16(OBJECT).constant(quote);
    out.constant(kind).constant(quote).byte(0x3a).integer(count);
  }
}
