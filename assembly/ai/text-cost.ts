import { byteAt, Slice, sliceEnd, sliceSize, sliceStart } from "../bytes/slice";
import { LONG_WORD, WordBlock } from "../bytes/word-block";
import { firstCost, ofLongWord, ofLongWords, TOKEN } from "./letter-cost";
import { Script, scriptOf } from "./script";
import { isOfBase64, isOfJson, joined } from "./symbol-cost";

/** For so many words a letter shows the language. One alone does not: it may be that of a name. */
const WORDS_OF_A_LETTER: i32 = 16;
const MOST_WORDS: i32 = 48;
/** So many Chinese characters after a traditional or Japanese one are read as of the same language. */
const CHARACTERS_OF_A_LANGUAGE: i32 = 48;
/** So many short pieces in one word are an encoding such as base64. */
const NOISE: i32 = 3;
/** The longest run of white space that is one token. */
const LONGEST_SPACE: i32 = 64;
/** The most line ends that are one token. */
const MOST_LINE_ENDS: i32 = 16;
/** What each character of a run of the same symbols adds. */
const REPEATED: i32 = 8;

const block = new WordBlock();

/**
 * Sums up what the characters of a text cost in tokens, after the rules by which OpenAI's `o200k_base` cuts text: words with the space before
 * them, digits in threes, runs of symbols and of white space. The words of each script have the average cost of their length.
 */
export class TextCost {
  /** Hundredths of tokens. */
  sum: i64 = 0;
  private last: Script = Script.LineEnd;
  private lastPoint: u32 = 0;
  /** The length of the run of `last`, of a word's piece in the case of letters. */
  private run: i32 = 0;
  /** Whether the run of symbols follows a space. */
  private isApart: bool = false;
  /** Pieces of one or two characters in the current word. */
  private shortPieces: i32 = 0;
  /** The kind of Latin letters of the language, and for how many words it is valid. */
  private language: Script = Script.Lower;
  private wordsLeft: i32 = 0;
  /** What a Chinese character costs, and for how many of them it is valid. */
  private hanCost: i32 = 0;
  private hanLeft: i32 = 0;

  /** Forgets the text. */
  reset(): void {
    this.sum = 0;
    this.wordsLeft = 0;
    this.hanLeft = 0;
    this.endText();
  }

  /** Begins another text, of the same language. */
  endText(): void {
    this.last = Script.LineEnd;
    this.lastPoint = 0;
    this.run = 0;
    this.isApart = false;
    this.shortPieces = 0;
  }

  /**
   * Adds lower-case English words with one space, or a mark and one space, before each, from a place behind a letter on, as `take` does. A word
   * behind a mark may begin with a capital. Returns the place behind what it has added, which may be nothing.
   */
  takeWords(text: Slice, from: i32): i32 {
    if ((this.last != Script.Lower && this.last != Script.Upper) || !this.isPlain) return from;
    const end = sliceEnd(text);
    let run = this.run;
    let words = 0;
    let marks = 0;
    let rest: i64 = 0;
    let p = sliceStart(text) + from;
    for (let goesOn = p < end; goesOn;) {
      block.read(p, end, run);
      if (block.size) {
        words += block.words;
        rest += ofLongWords(block.longLetters, block.lastLetters);
        run = block.run;
        p += block.size;
      }
      goesOn = block.isWhole && p < end;
      if (goesOn || !isMarkAt(text, <i32>(p - sliceStart(text)))) continue;
      marks++;
      run = 1;
      p += 3;
      goesOn = p < end;
    }
    const at = <i32>(p - sliceStart(text));
    if (at == from) return from;
    const point = byteAt(text, at - 1);
    this.last = point - 0x61 < 26 ? Script.Lower : Script.Upper;
    this.lastPoint = point;
    this.run = run;
    this.sum += <i64>(words + 2 * marks) * TOKEN + rest;
    if (marks) this.isApart = false;
    if (words + marks) {
      this.wordsLeft = max(this.wordsLeft - words - marks, 0);
      this.shortPieces = 0;
    }
    return at;
  }

  /** Adds a character. */
  take(point: u32): void {
    const last = this.last;
    const script = scriptOf(point);
    switch (script) {
      case Script.Lower:
        this.letter(script, point, last == Script.Lower || last == Script.Upper);
        break;
      case Script.Upper:
        this.letter(script, point, last == Script.Upper);
        break;
      case Script.Western:
      case Script.Northern:
      case Script.Eastern:
        this.hear(script);
        this.letter(Script.Lower, point, last == Script.Lower || last == Script.Upper);
        if (script == Script.Eastern) this.sum += 12;
        break;
      case Script.Space:
        this.space();
        break;
      case Script.LineEnd:
        this.lineEnd();
        break;
      case Script.Digit:
        this.digit();
        break;
      case Script.Symbol:
        this.symbol(point);
        break;
      default:
        this.foreign(script);
    }
    this.lastPoint = point;
  }

  /** Notes a letter that shows the language. */
  private hear(script: Script): void {
    if (!this.wordsLeft || this.language < script) this.language = script;
    this.wordsLeft = min(this.wordsLeft + WORDS_OF_A_LETTER, MOST_WORDS);
  }

  /** Whether words are English, and no encoding. */
  @inline
  private get isPlain(): bool {
    return this.wordsLeft <= WORDS_OF_A_LETTER && this.shortPieces < NOISE;
  }

  /** A Latin letter; `goesOn`: in the piece of the letter before it. */
  private letter(script: Script, point: u32, goesOn: bool): void {
    const isNoise = this.shortPieces >= NOISE;
    if (!goesOn) {
      this.beginWord();
      this.begin(script);
      return;
    }
    const length = ++this.run;
    this.last = script;
    if (length > 4 && this.lastPoint == point) this.sum += REPEATED;
    else if (isNoise) this.sum += length == 2 ? 20 : 60;
    else if (script == Script.Upper) this.sum += length > 4 ? 42 : 0;
    else if (this.isPlain) this.sum += length > LONG_WORD ? ofLongWord(length) : 0;
    else if (this.language == Script.Western) this.sum += length > 5 ? 17 : 0;
    else if (this.language == Script.Northern) this.sum += length > 5 ? 29 : 0;
    else this.sum += length > 3 ? 27 : 0;
  }

  private beginWord(): void {
    const last = this.last;
    this.sum += TOKEN;
    if (last <= Script.Upper && last >= Script.Digit) {
      if (this.run < 3) this.shortPieces++;
      return;
    }
    if (this.wordsLeft) this.wordsLeft--;
    if (last != Script.Symbol || this.run > 1 || this.isApart) {
      this.shortPieces = 0;
      return;
    }
    // One symbol and the word behind it are often one token.
    if (!isOfBase64(this.lastPoint)) this.shortPieces = 0;
    this.sum -= joined(this.lastPoint);
  }

  private digit(): void {
    if (this.last != Script.Digit) {
      if (this.last == Script.Space) this.sum += TOKEN;
      if (this.last == Script.Lower || this.last == Script.Upper) {
        if (this.run < 3) this.shortPieces++;
      } else this.shortPieces = 0;
      this.begin(Script.Digit);
    } else this.run++;
    if (this.run % 3 == 1) this.sum += TOKEN;
  }

  private space(): void {
    if (this.last != Script.Space) this.begin(Script.Space);
    // The last space belongs to the word behind it.
    else if (++this.run % LONGEST_SPACE == 2) this.sum += TOKEN;
  }

  /** A line's end belongs to the symbols, the white space or the line's end before it. */
  private lineEnd(): void {
    const last = this.last;
    if (last == Script.LineEnd && this.lastPoint) {
      if (++this.run % MOST_LINE_ENDS == 0) this.sum += TOKEN;
      return;
    }
    if (last != Script.LineEnd && last != Script.Symbol && !(last == Script.Space && this.run > 1)) this.sum += TOKEN;
    this.begin(Script.LineEnd);
  }

  private symbol(point: u32): void {
    if (this.last != Script.Symbol) {
      this.isApart = this.last == Script.Space;
      this.begin(Script.Symbol);
      this.sum += TOKEN;
      return;
    }
    const length = ++this.run;
    if (point == this.lastPoint) this.sum += REPEATED;
    else if (point > 0x7f) this.sum += 70;
    else if (isOfJson(point)) this.sum += length < 5 ? 8 : 40;
    else this.sum += length == 2 ? 5 : length == 3 ? 25 : 60;
  }

  private foreign(script: Script): void {
    if (script == Script.OtherCyrillic) {
      this.hear(script);
      script = Script.Cyrillic;
    }
    if (this.last == script) this.run++;
    else {
      this.begin(script);
      this.sum += firstCost(script);
      if (script == Script.Cyrillic && this.wordsLeft) this.wordsLeft--;
    }
    this.sum += this.costOf(script);
  }

  private costOf(script: Script): i32 {
    const length = this.run;
    switch (script) {
      case Script.Han:
        if (!this.hanLeft) return 75;
        this.hanLeft--;
        return this.hanCost;
      case Script.Traditional:
        this.hanCost = 92;
        this.hanLeft = CHARACTERS_OF_A_LANGUAGE;
        return 92;
      case Script.Hiragana:
      case Script.Katakana:
        this.hanCost = 86;
        this.hanLeft = CHARACTERS_OF_A_LANGUAGE;
        return script == Script.Hiragana ? 59 : 57;
      case Script.Hangul:
        return 57;
      case Script.Cyrillic:
        return this.wordsLeft > WORDS_OF_A_LETTER ? (length > 2 ? 30 : 0) : length > 3 ? 20 : 0;
      case Script.Arabic:
        return length > 2 ? 27 : 0;
      case Script.Greek:
      case Script.Hebrew:
        return length > 2 ? 38 : 0;
      case Script.Indic:
        return length > 3 ? 37 : 0;
      case Script.OtherIndic:
        return length > 2 ? 42 : 0;
      case Script.Thai:
        return 43;
      case Script.Khmer:
        return 70;
      case Script.Emoji:
        return length > 1 ? 160 : 0;
      default:
        return 150;
    }
  }

  private begin(script: Script): void {
    this.last = script;
    this.run = 1;
  }
}

/** Whether a mark that ends a part of a sentence, a space and a letter follow. */
// @ts-ignore: decorator
@inline
function isMarkAt(text: Slice, at: i32): bool {
  if (at + 3 > sliceSize(text) || byteAt(text, at + 1) != 0x20) return false;
  const mark = byteAt(text, at);
  return (mark == 0x2e || mark == 0x2c) && (byteAt(text, at + 2) | 0x20) - 0x61 < 26;
}
