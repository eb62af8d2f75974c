import { REPLACEMENT, storeUtf8 } from "../bytes/utf8";
import { ByteBuffer } from "../bytes/buffer";
import { byteAt, Slice, sliceOfBuffer, sliceSize, slicesEqual, subslice } from "../bytes/slice";
import { characterOfEscape } from "../bytes/json-escape";
import { JsonPath, PathStep } from "./path";
import { Byte, hexDigit, nextQuote, nextStructure, StringUse } from "./path-bytes";
import { PathSink, ValueKind } from "./path-sink";

/** Below this depth no path leads anywhere: only brackets are counted. */
const MOST_DEPTH = 32;
/** The longest name of a member that is compared. */
const LONGEST_NAME = 256;

const NOBODY = new PathSink();

/**
 * Finds the values at some paths in a JSON text that comes in pieces, and passes them to a sink as they come: nothing of the text is
 * kept but the name of a member. The text is not validated; of a malformed one any values may be passed. Of a name that occurs twice
 * both values are. Takes linear time.
 */
export class PathScanner {
  /** How many steps of each path lead to where the scanner is. */
  private readonly matched: StaticArray<i32>;
  /** Whether the value at the end of each path is being passed as it is written. */
  private readonly isRaw: StaticArray<bool>;
  /** For those, where it begins in the current piece. */
  private readonly rawStart: StaticArray<i32>;
  /** The index of the element in each open array; -1 before the first, and in objects. */
  private readonly indices: StaticArray<i32> = new StaticArray<i32>(MOST_DEPTH + 1);
  private readonly isObjectAt: StaticArray<bool> = new StaticArray<bool>(MOST_DEPTH + 1);
  /** Whether the current value of each depth is on a path. */
  private readonly isOnPath: StaticArray<bool> = new StaticArray<bool>(MOST_DEPTH + 1);
  private readonly name: ByteBuffer = new ByteBuffer();
  private readonly decoded: ByteBuffer = new ByteBuffer();
  private depth: i32 = 0;
  /** The depth of the deepest container with a value that may be on a path. */
  private watched: i32 = 1;
  private expectsName: bool = false;
  private isInString: bool = false;
  private isInScalar: bool = false;
  private use: StringUse = StringUse.None;
  /** How many letters of an escape are read; 0 outside of one. */
  private escaped: i32 = 0;
  private unit: u32 = 0;
  /** The high surrogate before the current character; 0 if there is none. */
  private high: u32 = 0;
  /** Takes the values. */
  private sink: PathSink;

  constructor(private readonly paths: JsonPath[]) {
    this.sink = NOBODY;
    this.matched = new StaticArray<i32>(paths.length);
    this.isRaw = new StaticArray<bool>(paths.length);
    this.rawStart = new StaticArray<i32>(paths.length);
  }

  /** Passes the values to `sink` from now on. */
  passTo(sink: PathSink): void {
    this.sink = sink;
  }

  /** Scans the next piece. */
  push(piece: Slice): void {
    const size = sliceSize(piece);
    for (let i = 0; i < this.rawStart.length; i++) this.rawStart[i] = 0;
    let at = 0;
    while (at < size) {
      if (this.isInString) {
        at = this.readString(piece, at);
        continue;
      }
      if (this.depth > this.watched) at = nextStructure(piece, at, size);
      if (at < size) this.readByte(piece, at, byteAt(piece, at));
      at++;
    }
    for (let i = 0; i < this.isRaw.length; i++) if (this.isRaw[i]) this.passRaw(i, piece, size);
  }

  /** Makes it ready for another text. */
  reset(): void {
    for (let i = 0; i < this.matched.length; i++) {
      this.matched[i] = 0;
      this.isRaw[i] = false;
    }
    this.name.release(LONGEST_NAME);
    this.decoded.release(LONGEST_NAME);
    this.depth = 0;
    this.watched = 1;
    this.expectsName = false;
    this.isInString = false;
    this.isInScalar = false;
    this.use = StringUse.None;
    this.escaped = 0;
    this.unit = 0;
    this.high = 0;
  }

  /** Frees the memory; the scanner is not used again. */
  dispose(): void {
    this.name.dispose();
    this.decoded.dispose();
  }

  private readByte(piece: Slice, at: i32, byte: u32): void {
    if (this.isInScalar) {
      if (byte != Byte.Comma && byte != Byte.CloseObject && byte != Byte.CloseArray && byte > 0x20) return;
      this.isInScalar = false;
      this.endValue(piece, at);
    }
    switch (byte) {
      case Byte.Quote:
        return this.beginString(at);
      case Byte.OpenObject:
      case Byte.OpenArray:
        return this.open(at, byte == Byte.OpenObject);
      case Byte.CloseObject:
      case Byte.CloseArray:
        return this.close(piece, at);
      case Byte.Comma:
        return this.separate();
      case Byte.Colon:
        this.expectsName = false;
        return;
      default:
        if (byte > 0x20 && this.depth <= this.watched) {
          this.isInScalar = true;
          this.beginValue(at, byte == 0x6e ? ValueKind.Nothing : ValueKind.Scalar);
        }
    }
  }

  private beginString(at: i32): void {
    this.isInString = true;
    this.use = StringUse.None;
    if (this.depth > this.watched) return;
    if (this.expectsName) {
      this.use = StringUse.Name;
      this.name.clear();
    } else if (this.beginValue(at, ValueKind.Text)) this.use = StringUse.Value;
  }

  /** Reads to the end of the string or of the piece; returns the position behind it. */
  private readString(piece: Slice, from: i32): i32 {
    const size = sliceSize(piece);
    let at = from;
    while (at < size) {
      if (this.escaped) {
        this.readEscape(byteAt(piece, at++));
        continue;
      }
      const stop = nextQuote(piece, at, size);
      if (stop > at) this.passText(subslice(piece, at, stop));
      if (stop == size) return size;
      at = stop + 1;
      if (byteAt(piece, stop) == Byte.Backslash) this.escaped = 1;
      else {
        this.endString(piece, stop);
        return at;
      }
    }
    return at;
  }

  private endString(piece: Slice, at: i32): void {
    this.isInString = false;
    if (this.high) this.passCharacter(REPLACEMENT);
    this.high = 0;
    if (this.depth <= this.watched && !this.expectsName) this.endValue(piece, at + 1);
  }

  private readEscape(byte: u32): void {
    if (this.escaped == 1) {
      this.escaped = byte == Byte.LetterU ? 2 : 0;
      this.unit = 0;
      if (byte != Byte.LetterU) this.passUnit(characterOfEscape(byte));
      return;
    }
    this.unit = ((this.unit << 4) | (hexDigit(byte) & 15)) & 0xffff;
    if (++this.escaped < 6) return;
    this.escaped = 0;
    this.passUnit(this.unit);
  }

  private passUnit(unit: u32): void {
    const high = this.high;
    this.high = 0;
    if (high && (unit & 0xfc00) == 0xdc00) {
      return this.passCharacter(0x10000 + ((high & 0x3ff) << 10) + (unit & 0x3ff));
    }
    if (high) this.passCharacter(REPLACEMENT);
    if ((unit & 0xfc00) == 0xd800) this.high = unit;
    else this.passCharacter((unit & 0xfc00) == 0xdc00 ? REPLACEMENT : unit);
  }

  private passCharacter(point: u32): void {
    if (this.use == StringUse.None) return;
    const decoded = this.decoded;
    decoded.clear();
    decoded.endAt(storeUtf8(decoded.reserve(4), point));
    this.high = 0;
    this.passText(decoded.slice);
  }

  private passText(text: Slice): void {
    if (this.high) this.passCharacter(REPLACEMENT);
    if (this.use == StringUse.Name) {
      if (this.name.size + sliceSize(text) <= LONGEST_NAME) this.name.append(text);
      else {
        // No path has such a name.
        this.name.clear();
        this.name.byte(0);
      }
    } else if (this.use == StringUse.Value) {
      for (let i = 0; i < this.matched.length; i++) if (this.isAtEnd(i) && !this.isRaw[i]) this.sink.addText(i, text);
    }
  }

  private open(at: i32, isObject: bool): void {
    if (this.depth <= this.watched) this.beginValue(at, ValueKind.Json);
    this.depth++;
    this.expectsName = isObject;
    if (this.depth > MOST_DEPTH) return;
    this.indices[this.depth] = isObject ? -1 : 0;
    this.isObjectAt[this.depth] = isObject;
  }

  private close(piece: Slice, at: i32): void {
    if (this.depth) this.depth--;
    this.expectsName = false;
    if (this.depth <= this.watched) this.endValue(piece, at + 1);
  }

  private separate(): void {
    const depth = this.depth;
    if (!depth || depth > this.watched) return;
    this.expectsName = this.isObjectAt[depth];
    if (!this.expectsName) this.indices[depth]++;
  }

  /** A value of the innermost container begins. Returns whether it is at the end of a path. */
  private beginValue(at: i32, kind: ValueKind): bool {
    const depth = this.depth;
    let isWanted = false;
    if (!depth) return false;
    this.isOnPath[depth] = false;
    for (let i = 0; i < this.matched.length; i++) {
      if (unchecked(this.matched[i]) != depth - 1 || !this.leads(unchecked(this.paths[i]), i)) continue;
      this.isOnPath[depth] = true;
      unchecked((this.matched[i] = depth));
      if (depth >= this.watched) this.watched = min(depth + 1, MOST_DEPTH);
      if (unchecked(this.paths[i]).steps.length > depth) continue;
      isWanted = true;
      this.sink.beginValue(i, kind);
      this.isRaw[i] = kind == ValueKind.Json || kind == ValueKind.Scalar;
      this.rawStart[i] = at;
    }
    return isWanted;
  }

  /** A value of the innermost container has ended, before `end`. */
  private endValue(piece: Slice, end: i32): void {
    const depth = this.depth;
    if (!depth || !this.isOnPath[depth]) return;
    const matched = this.matched;
    let deepest = 0;
    for (let i = 0; i < matched.length; i++) {
      if (unchecked(matched[i]) == depth) {
        if (this.isRaw[i]) this.passRaw(i, piece, end);
        this.isRaw[i] = false;
        if (this.isAtEnd(i)) this.sink.endValue(i);
        unchecked((matched[i] = depth - 1));
      }
      deepest = max(deepest, unchecked(matched[i]));
    }
    this.watched = min(deepest + 1, MOST_DEPTH);
  }

  private passRaw(path: i32, piece: Slice, end: i32): void {
    this.sink.addText(path, subslice(piece, this.rawStart[path], end));
  }

  /** Whether the scanner is in the value to which a path leads. */
  private isAtEnd(path: i32): bool {
    return this.matched[path] == this.paths[path].steps.length;
  }

  /** Whether the next step of a path leads to the value that begins. */
  private leads(path: JsonPath, i: i32): bool {
    const depth = this.depth;
    if (depth > path.steps.length) return false;
    const step = unchecked(path.steps[depth - 1]);
    if (unchecked(this.isObjectAt[depth])) {
      if (step > PathStep.Element) return false;
      return slicesEqual(this.name.slice, sliceOfBuffer(unchecked(path.names[depth - 1])));
    }
    if (step == PathStep.Last) this.sink.forget(i);
    if (step == PathStep.Element) return unchecked(this.indices[depth]) == unchecked(path.indices[depth - 1]);
    return step != PathStep.Member;
  }
}
