import { byteAt, Slice, sliceSize } from "../bytes/slice";
import { hexValue } from "../bytes/hex";
import { REPLACEMENT } from "../bytes/utf8";
import { TOKEN } from "./letter-cost";
import { TextCost } from "./text-cost";
import { TextSink } from "./text-sink";

/** Estimates are rather above than below: per cent of the sum. */
const MARGIN: i64 = 103;
const BACKSLASH: u32 = 0x5c;

/** What part of an escape of JSON comes next. */
const enum Escape {
  None,
  Letter,
  Digits,
}

/**
 * Estimates how many tokens texts have (`TextCost`). A text comes in pieces that may be cut anywhere: the result is the same. Takes linear
 * time, and holds no text.
 */
export class TokenEstimate extends TextSink {
  private readonly cost: TextCost = new TextCost();
  /** The character that is not whole yet, and how many bytes it lacks. */
  private point: u32 = 0;
  private lacking: i32 = 0;
  private escape: Escape = Escape.None;
  /** The code unit of an escape, how many digits it lacks, and the first half of a pair. */
  private unit: u32 = 0;
  private digits: i32 = 0;
  private high: u32 = 0;

  /** The tokens so far, rounded up. */
  get tokens(): i64 {
    return (this.cost.sum * MARGIN + 100 * TOKEN - 1) / (100 * TOKEN);
  }

  /** Forgets all texts. */
  override reset(): void {
    this.lacking = 0;
    this.escape = Escape.None;
    this.high = 0;
    this.cost.reset();
  }

  /** Adds to the text: UTF-8, whose malformed bytes count as characters. */
  push(text: Slice): void {
    const size = sliceSize(text);
    for (let i = 0; i < size; i++) i = this.byte(text, i);
  }

  /** Adds a piece of a JSON text, whose escapes count as the characters that they mean. */
  override pushJson(text: Slice): void {
    const size = sliceSize(text);
    for (let i = 0; i < size; i++) {
      const byte = byteAt(text, i);
      if (this.escape != Escape.None) this.escaped(byte);
      else if (byte == BACKSLASH) this.escape = Escape.Letter;
      else i = this.byte(text, i);
    }
  }

  /** Ends the text: what follows is another one. */
  override endText(): void {
    if (this.lacking) this.cost.take(REPLACEMENT);
    this.lacking = 0;
    this.escape = Escape.None;
    this.high = 0;
    this.cost.endText();
  }

  /** Adds tokens that are no text. */
  override add(tokens: i64): void {
    this.cost.sum += tokens * TOKEN;
  }

  /** Adds a byte, and the words that it begins. Returns the place of the last byte that was added. */
  @inline
  private byte(text: Slice, at: i32): i32 {
    const byte = byteAt(text, at);
    if (byte >= 0x80 || this.lacking) this.multibyte(byte);
    else this.cost.take(byte);
    const isLower =
      byte - 0x61 < 26 || (byte - 0x41 < 26 && at + 1 < sliceSize(text) && byteAt(text, at + 1) - 0x61 < 26);
    return isLower ? this.cost.takeWords(text, at + 1) - 1 : at;
  }

  private multibyte(byte: u32): void {
    if (this.lacking) {
      if ((byte & 0xc0) == 0x80) {
        this.point = (this.point << 6) | (byte & 0x3f);
        if (!--this.lacking) this.cost.take(this.point);
        return;
      }
      this.lacking = 0;
      this.cost.take(REPLACEMENT);
    }
    if (byte < 0x80) this.cost.take(byte);
    else if (byte < 0xc2 || byte > 0xf4) this.cost.take(REPLACEMENT);
    else {
      this.lacking = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
      this.point = byte & (0x3f >> this.lacking);
    }
  }

  private escaped(byte: u32): void {
    if (this.escape == Escape.Letter) {
      this.escape = byte == 0x75 ? Escape.Digits : Escape.None;
      this.unit = 0;
      this.digits = 4;
      if (byte != 0x75) this.multibyte(meaningOf(byte));
      return;
    }
    this.unit = (this.unit << 4) | (hexValue(byte) & 0xf);
    if (--this.digits) return;
    this.escape = Escape.None;
    const unit = this.unit;
    if ((unit & 0xfc00) == 0xd800) this.high = unit;
    else if ((unit & 0xfc00) == 0xdc00) this.cost.take(0x10000 + ((this.high & 0x3ff) << 10) + (unit & 0x3ff));
    else this.cost.take(unit);
  }
}

/** The character of a backslash and this letter. */
function meaningOf(letter: u32): u32 {
  if (letter == 0x6e || letter == 0x72) return 0x0a;
  return letter == 0x74 ? 0x09 : letter;
}
