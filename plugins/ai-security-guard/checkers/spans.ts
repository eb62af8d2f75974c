import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceBetween, sliceEnd, sliceStart } from "../../../assembly/bytes/slice";
import { decodeAt, lengthOf } from "../../../assembly/bytes/utf8";

/** The most spans of a text. */
const MOST_SPANS: i32 = 4096;
/** The bits of a span's number in a key: more than `MOST_SPANS` needs. */
const NUMBER_BITS: u64 = 16;
const NUMBER_MASK: u64 = 0xffff;

/** What replaces the characters of a span. */
export abstract class SpanWriter {
  /** Appends what replaces `text`, the characters of this span and of those that overlap it and have a lower score. */
  abstract write(span: i32, text: Slice, out: ByteBuffer): void;
}

/** Places in a text that a service found, counted in characters. */
export class TextSpans {
  /** The start of each span, and its number in the low bits, to be sorted. */
  private readonly keys: u64[] = [];
  private readonly starts: StaticArray<u32> = new StaticArray<u32>(MOST_SPANS);
  private readonly ends: StaticArray<u32> = new StaticArray<u32>(MOST_SPANS);
  private readonly scores: StaticArray<i32> = new StaticArray<i32>(MOST_SPANS);
  /** The number of spans. */
  count: i32 = 0;

  /** Removes all spans. */
  clear(): void {
    this.keys.length = 0;
    this.count = 0;
  }

  /** Adds the characters from `start` up to `end`. Returns `false` if that is no span, or if there are too many. */
  add(start: i64, end: i64, score: i32): bool {
    const number = this.count;
    if (start < 0 || end <= start || end > <i64>i32.MAX_VALUE || number == MOST_SPANS) return false;
    this.starts[number] = <u32>start;
    this.ends[number] = <u32>end;
    this.scores[number] = score;
    this.keys.push(((<u64>start) << NUMBER_BITS) | number);
    this.count++;
    return true;
  }

  /**
   * Appends the text with each span replaced. Spans that overlap are replaced together, as the one with the highest score or, of several,
   * the longest. Returns `false` if a span ends outside of the text. Takes linear time in the text.
   */
  write(text: Slice, writer: SpanWriter, out: ByteBuffer): bool {
    this.keys.sort((a, b) => (a < b ? -1 : 1));
    const end = sliceEnd(text);
    let p = sliceStart(text);
    let at: u32 = 0;
    for (let i = 0; i < this.count;) {
      let best = this.numberAt(i++);
      const start = this.starts[best];
      let last = this.ends[best];
      for (; i < this.count && this.starts[this.numberAt(i)] < last; i++) {
        const other = this.numberAt(i);
        if (this.isBetter(other, best)) best = other;
        last = max(last, this.ends[other]);
      }
      const from = after(p, end, start - at);
      const to = from ? after(from, end, last - start) : 0;
      if (!to) return false;
      out.append(sliceBetween(p, from));
      writer.write(best, sliceBetween(from, to), out);
      p = to;
      at = last;
    }
    out.append(sliceBetween(p, end));
    return true;
  }

  /** The number of the span with this rank in the text. */
  private numberAt(rank: i32): i32 {
    return <i32>(this.keys[rank] & NUMBER_MASK);
  }

  private isBetter(a: i32, b: i32): bool {
    if (this.scores[a] != this.scores[b]) return this.scores[a] > this.scores[b];
    return this.ends[a] - this.starts[a] > this.ends[b] - this.starts[b];
  }
}

/** The address after a number of characters; 0 if there are fewer. */
function after(p: usize, end: usize, count: u32): usize {
  for (; count > 0; count--) {
    if (p >= end) return 0;
    p += lengthOf(decodeAt(p, end));
  }
  return p;
}
