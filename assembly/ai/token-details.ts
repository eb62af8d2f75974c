import { ByteBuffer } from "../bytes/buffer";
import { Slice, sliceEquals, sliceSize } from "../bytes/slice";
import { jsonInteger, JsonKind, jsonKind } from "../json/value";
import { JsonWalker } from "../json/walker";
import { NameClasses } from "./name-classes";

/** A provider that reports more is not believed: sums of a few such numbers fit 64 bits. */
export const MOST_TOKENS: i64 = 1_000_000_000_000_000;

const enum Kind {
  Other,
  Cached,
  CacheWrite,
  Reasoning,
  Audio,
  Text,
  Image,
  Video,
}

const KINDS = new NameClasses()
  .add(Kind.Cached, "cached_tokens")
  // https://openrouter.ai/docs/guides/best-practices/prompt-caching
  .add(Kind.CacheWrite, "cache_write_tokens")
  .add(Kind.Reasoning, "reasoning_tokens")
  .add(Kind.Audio, "audio_tokens")
  .add(Kind.Text, "text_tokens")
  .add(Kind.Image, "image_tokens")
  .add(Kind.Video, "video_tokens");

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
      if (count >= 0) this.set(KINDS.of(source.key), count);
    }
  }

  /** Takes over a count; names that are not known change nothing. */
  take(name: Slice, count: i64): void {
    const size = sliceSize(name);
    if (size == 13 && sliceEquals(name, "cached_tokens")) this.cached = count;
    else if (size == 16 && sliceEquals(name, "reasoning_tokens")) this.reasoning = count;
    else if (size == 18 && sliceEquals(name, "cache_write_tokens")) this.cacheWrite = count;
    else if (size == 11 && sliceEquals(name, "text_tokens")) this.text = count;
    else if (size != 12) return;
    else if (sliceEquals(name, "audio_tokens")) this.audio = count;
    else if (sliceEquals(name, "image_tokens")) this.image = count;
    else if (sliceEquals(name, "video_tokens")) this.video = count;
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

  /** Writes the member `name` with what was reported; nothing if nothing was. `quote`: the quotes in JSON, or what stands for them. */
  write(name: string, quote: string, out: ByteBuffer): void {
    const from = out.size;
    this.writeCount("cached_tokens", this.cached, name, quote, from, out);
    this.writeCount("cache_write_tokens", this.cacheWrite, name, quote, from, out);
    this.writeCount("reasoning_tokens", this.reasoning, name, quote, from, out);
    this.writeCount("audio_tokens", this.audio, name, quote, from, out);
    this.writeCount("text_tokens", this.text, name, quote, from, out);
    this.writeCount("image_tokens", this.image, name, quote, from, out);
    this.writeCount("video_tokens", this.video, name, quote, from, out);
    if (out.size > from) out.byte(0x7d);
  }

  private set(kind: Kind, count: i64): void {
    switch (kind) {
      case Kind.Cached:
        this.cached = count;
        break;
      case Kind.CacheWrite:
        this.cacheWrite = count;
        break;
      case Kind.Reasoning:
        this.reasoning = count;
        break;
      case Kind.Audio:
        this.audio = count;
        break;
      case Kind.Text:
        this.text = count;
        break;
      case Kind.Image:
        this.image = count;
        break;
      case Kind.Video:
        this.video = count;
        break;
    }
  }

  private writeCount(kind: string, count: i64, name: string, quote: string, from: i32, out: ByteBuffer): void {
    if (count < 0) return;
    out.byte(0x2c).text(quote);
    if (out.size == from + 1 + quote.length) out.text(name).text(quote).text(":{").text(quote);
    out.text(kind).text(quote).byte(0x3a).integer(count);
  }
}
