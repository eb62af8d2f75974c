import { ByteBuffer } from "../bytes/buffer";
import { readU32 } from "../bytes/integers";
import { indexOfByte, Slice, sliceEnd, sliceStart } from "../bytes/slice";
import { freeUnmanaged } from "../bytes/unmanaged";
import { unescapeJson } from "./string";

const BACKSLASH: u32 = 0x5c;
/** A record: the bytes and characters before a run, and the width of its characters. */
const RUN: i32 = 12;
/** Bytes of ASCII that are counted at once. */
const STEP: usize = 16;
/** A text that changes between widths more often has no known places: 192 KB. */
const MOST_RUNS: i32 = 16384;
const UNKNOWN: i32 = -1;
const KEPT_BYTES = 4096;

const plain = new ByteBuffer();

/**
 * How far a text has come, in bytes of UTF-8 and in characters, that is code points. The text comes in pieces, each the content of
 * a JSON string with whole characters, and is not kept: only where runs of characters begin that have the same number of bytes.
 */
// @ts-ignore: decorator
@unmanaged
export class TextPlaces {
  /** The characters so far. */
  characters: i32 = 0;
  private bytes: i32 = 0;
  private width: i32 = 1;
  private isLost: bool = false;
  private readonly runs: ByteBuffer = new ByteBuffer();

  /** `hasRuns`: `characterAt` is asked for. */
  constructor(private readonly hasRuns: bool) {}

  /** Adds a piece of the text. */
  push(piece: Slice): void {
    if (indexOfByte(piece, BACKSLASH) >= 0) {
      plain.release(KEPT_BYTES);
      unescapeJson(piece, plain);
      piece = plain.slice;
    }
    const start = sliceStart(piece);
    const end = sliceEnd(piece);
    let characters = this.characters;
    for (let p = start; p < end; characters++) {
      if (this.width == 1) {
        const from = p;
        while (p + STEP <= end && !i8x16.bitmask(v128.load(p))) p += STEP;
        characters += <i32>(p - from);
        if (p == end) break;
      }
      const lead = load<u8>(p);
      const width = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
      if (width != this.width) this.beginRun(width, this.bytes + <i32>(p - start), characters);
      p += width;
    }
    this.characters = characters;
    this.bytes += <i32>(end - start);
  }

  /** The place of a byte in characters; -1 if it is not known, or not in the text. */
  characterAt(byte: i32): i32 {
    if (<u32>byte > <u32>this.bytes || this.isLost) return UNKNOWN;
    const runs = this.runs.slice;
    let at = 0;
    for (let end = this.runs.size / RUN; at < end;) {
      const middle = (at + end) >> 1;
      if (<i32>readU32(runs, middle * RUN) <= byte) at = middle + 1;
      else end = middle;
    }
    if (at == 0) return byte;
    const run = (at - 1) * RUN;
    return <i32>readU32(runs, run + 4) + (byte - <i32>readU32(runs, run)) / <i32>readU32(runs, run + 8);
  }

  /** Says that the text is another one than what was pushed: no place is known. */
  lose(): void {
    this.isLost = true;
  }

  /** Frees the memory and the object itself, which is not used again. */
  dispose(): void {
    this.runs.dispose();
    freeUnmanaged(this);
  }

  private beginRun(width: i32, bytes: i32, characters: i32): void {
    this.width = width;
    if (!this.hasRuns) return;
    if (this.runs.size < MOST_RUNS * RUN) this.runs.u32(bytes).u32(characters).u32(width);
    else this.isLost = true;
  }
}
