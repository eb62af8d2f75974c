import { TextSink } from "../../assembly/ai/text-sink";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { encodeHex } from "../../assembly/bytes/hex";
import { Slice, sliceOfBuffer, sliceSize, subslice } from "../../assembly/bytes/slice";
import { characterEnd, characterStart, cutText } from "../../assembly/bytes/well-formed";
import { HmacSha256 } from "../../assembly/crypto/hmac";
import { Counter } from "../../assembly/host/metric";
import { unescapeJson } from "../../assembly/json/string";
import { Capture, CaptureConfig } from "./capture-config";
import { appendMasked } from "./capture-mask";
import { giveCaptureMemory, takeCaptureMemory } from "./capture-memory";

/** Stands between the beginning and the end of a text that is too long, as in Higress. */
const TRUNCATED = " [truncated] ";
/**
 * The bytes that are kept on either side of what a long text leaves out: a match that the cut divides is masked as far as it lies in them. For
 * texts that are not masked it is a character.
 */
const MARGIN: i32 = 1024;
const CHARACTER: i32 = 4;
/** The memory that a buffer keeps for the next text. */
const KEPT_BYTES: i32 = 1024;

const dropped = new Counter("ai_statistics_captures_dropped_total");
const piece = new ByteBuffer();
const result = new ByteBuffer();

/** The text of a prompt or a response: its beginning and end, or its hash. */
export class CapturedText extends TextSink {
  private config: CaptureConfig | null = null;
  private readonly head: ByteBuffer = new ByteBuffer();
  private readonly tail: ByteBuffer = new ByteBuffer();
  private readonly hash: HmacSha256 = new HmacSha256();
  /** The bytes of the whole text. */
  private size: i64 = 0;
  private isFinished: bool = false;

  /** Begins a text. */
  begin(config: CaptureConfig): void {
    this.config = config;
    this.reset();
  }

  /** Forgets the text, which begins again. */
  override reset(): void {
    this.clear();
    const config = this.config;
    if (config && config.mode == Capture.Hash) this.hash.begin(sliceOfBuffer(config.secret));
  }

  override pushJson(text: Slice): void {
    piece.clear();
    unescapeJson(text, piece);
    this.push(piece.slice);
    piece.release(KEPT_BYTES);
  }

  override endText(): void {
    piece.clear();
    this.push(piece.byte(0x0a).slice);
  }

  override add(tokens: i64): void {}

  /** Whether text is captured: not after `drop` and `end`. */
  get isOpen(): bool {
    return this.config !== null;
  }

  /** Gives the text up, because the VM may not hold more, and counts it. */
  drop(): void {
    dropped.add();
    this.end();
  }

  /** Captures no more. */
  end(): void {
    this.clear();
    this.config = null;
  }

  /** What is captured: the text as configured, or the hash in hexadecimal digits; empty without any. The text ends with the first call. */
  finish(): Slice {
    const config = this.config;
    if (config === null || this.isFinished || !this.size) return this.head.slice;
    result.clear();
    if (config.mode == Capture.Hash) {
      piece.clear();
      this.hash.finish(sliceOfBuffer(config.secret), piece);
      encodeHex(piece.slice, result);
    } else this.shorten(config);
    this.clear();
    this.isFinished = true;
    const kept = cutText(result.slice, config.lengthLimit + TRUNCATED.length);
    if (takeCaptureMemory(sliceSize(kept), config.memoryLimit)) this.head.append(kept);
    else dropped.add();
    result.release(KEPT_BYTES);
    return this.head.slice;
  }

  /** Frees the memory; the text is not used again. */
  free(): void {
    this.head.dispose();
    this.tail.dispose();
  }

  private push(text: Slice): void {
    const config = this.config;
    if (config === null || this.isFinished) return;
    const count = sliceSize(text);
    this.size += count;
    if (config.mode == Capture.Hash) {
      this.hash.update(text);
      return;
    }
    if (!takeCaptureMemory(count, config.memoryLimit)) return this.drop();
    const part = partOf(config);
    const room = max(part - this.head.size, 0);
    this.head.append(subslice(text, 0, room));
    const tail = this.tail;
    tail.append(subslice(text, room));
    if (tail.size <= 2 * part) return;
    giveCaptureMemory(tail.size - part);
    tail.dropFront(tail.size - part);
  }

  /** Writes the text, or the beginning and end of a long one. */
  private shorten(config: CaptureConfig): void {
    const head = this.head;
    const half = config.lengthLimit / 2;
    if (this.size == head.size + this.tail.size) head.append(this.tail.slice);
    const isWhole = this.size == head.size;
    if (isWhole && head.size <= config.lengthLimit) return write(config, head.slice, 0, head.size);
    write(config, head.slice, 0, half);
    result.text(TRUNCATED);
    const end = isWhole ? head.slice : this.tail.slice;
    write(config, end, sliceSize(end) - half, sliceSize(end));
  }

  private clear(): void {
    giveCaptureMemory(this.head.size + this.tail.size);
    this.head.release(KEPT_BYTES);
    this.tail.release(KEPT_BYTES);
    this.size = 0;
    this.isFinished = false;
  }
}

/** The bytes that are kept of the beginning of a text, and of its end. */
function partOf(config: CaptureConfig): i32 {
  return config.lengthLimit / 2 + (config.mode == Capture.Masked ? MARGIN : CHARACTER);
}

/** Writes the whole characters between two offsets. */
function write(config: CaptureConfig, text: Slice, from: i32, to: i32): void {
  const first = characterEnd(text, from);
  const end = characterStart(text, to);
  if (config.mode == Capture.Masked) appendMasked(text, first, end, config.patterns, result);
  else result.append(subslice(text, first, end));
}
