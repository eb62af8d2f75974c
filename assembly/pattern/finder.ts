import { INCOMPLETE_CHARACTER, jsonCharacterAt } from "../bytes/json-character";
import { ByteBuffer } from "../bytes/buffer";
import { Slice, sliceOf, sliceSize, sliceStart } from "../bytes/slice";
import { characterOf, lengthOf } from "../bytes/utf8";
import { Automaton, foundAt, foundBefore, foundBehind, hasFailed, isDead, isUndecided } from "./automaton";
import { isWordCharacter, LINE_FEED, TEXT_EDGE } from "./characters";
import { PatternError } from "./error";
import { PatternFlags } from "./flags";
import { composeSet } from "./set-program";

const ASCII: u32 = 128;
/** A text is long if it has this many times the characters of the longest match. */
const LONG: i32 = 8;

/** What a search has found. */
export const enum Found {
  /** No match. */
  None,
  /** A match. */
  Match,
  /** What may become a match with the characters that follow. */
  Open,
}

/** Judges the matches of a `PatternFinder`. */
export abstract class MatchCheck {
  /** The pattern that the match belongs to, or -1 if it is none. `pattern` is the first one that matches the text. */
  abstract accept(pattern: i32, text: Slice): i32;
}

/**
 * Finds the matches of many patterns, one after the other, in a text that comes in pieces: the leftmost match, of those the longest, of
 * those the pattern with the lowest index. A match has at most `most` characters; one that could be longer is `isCut`, and `skipRest`
 * finds its end. The text is the content of a JSON string, with its escapes, nested `depth` times; 0 is plain UTF-8.
 */
export class PatternFinder {
  /** The offset of the match, or from which on more characters are needed, or the size of the text. */
  start: i32 = 0;
  /** The offset behind the match. */
  end: i32 = 0;
  /** The pattern of the match. */
  pattern: i32 = -1;
  /** Whether the match has `most` characters and continues. */
  isCut: bool = false;
  /** The character before `start`, `TEXT_EDGE` at the beginning of a text: set it before a search. */
  before: u32 = TEXT_EDGE;
  /** The last character of the match. */
  last: u32 = TEXT_EDGE;
  /** The initial states: at the edge of a text, in a line's beginning, after a word character, and after any other one. */
  private readonly initials: StaticArray<usize> = new StaticArray<usize>(4);
  private flushes: i32 = -1;
  private cutState: usize = 0;
  /** Finds where the first match ends, in one pass; made for the first long text. */
  private searcher: Automaton | null = null;
  /** Behind the first match, as far as the searcher has looked. */
  private border: usize = 0;
  /**
   * For each kind of character before it and each ASCII character: whether no match begins with it, as far as is known. Made for the first
   * search: a configuration may have thousands of finders.
   */
  private failing: StaticArray<bool> | null = null;

  private constructor(
    private readonly automaton: Automaton,
    private readonly program: ArrayBuffer,
    private readonly length: i32,
    private readonly most: i32,
    private readonly check: MatchCheck | null,
  ) {}

  /** Compiles the patterns; `null` if one is malformed or they are too many, and then `error` says why. */
  static compile(
    patterns: string[],
    most: i32,
    check: MatchCheck | null = null,
    error: PatternError | null = null,
  ): PatternFinder | null {
    const builder = composeSet(patterns, PatternFlags.None, error);
    if (!builder) return null;
    const length = builder.length;
    const program = builder.finish();
    return new PatternFinder(new Automaton(program, length, true), program, length, most, check);
  }

  /** The work of all searches so far: characters, and instructions looked at. */
  get steps(): u64 {
    const searcher = this.searcher;
    return this.automaton.steps + (searcher ? searcher.steps : 0);
  }

  /** Searches from offset `from` on. `isLast`: no characters follow the text. */
  find(text: Slice, from: i32, isLast: bool, depth: i32): Found {
    const size = sliceSize(text);
    const base = sliceStart(text);
    const end = base + size;
    let known = this.failing;
    if (!known) this.failing = known = new StaticArray<bool>(4 * <i32>ASCII);
    const failing = known;
    let p = base + from;
    this.border = p;
    while (p < end) {
      if (p >= this.border && <i32>(end - p) > LONG * this.most) p = this.skip(p, end, depth);
      const decoded = jsonCharacterAt(p, end, depth);
      if (decoded == INCOMPLETE_CHARACTER && !isLast) break;
      const character = characterOf(decoded);
      const cell = <u32>kindOf(this.before) * ASCII + character;
      if (character >= ASCII || !unchecked(failing[cell])) {
        if (!hasFailed(this.automaton.step(this.initial(), character))) {
          const found = this.match(base, p, end, isLast, depth);
          this.start = <i32>(p - base);
          if (found != Found.None) return found;
        } else if (character < ASCII) unchecked((failing[cell] = true));
      }
      this.before = character;
      p += max<u32>(lengthOf(decoded), 1);
    }
    this.start = <i32>(min(p, end) - base);
    return this.start < size ? Found.Open : Found.None;
  }

  /**
   * The address of a character from `p` on before which no match begins that ends in the text, and none that is still open at its end.
   * Without it each character of a long text could begin a match that fails only after many others.
   */
  private skip(p: usize, end: usize, depth: i32): usize {
    let searcher = this.searcher;
    if (!searcher) {
      searcher = new Automaton(this.program, this.length);
      this.searcher = searcher;
    }
    const automaton = searcher;
    let state = automaton.initialAfter(this.before);
    let last = this.before;
    // A match that is still open where the first one ends begins in the last `most` characters: behind one of two marks.
    let mark = p;
    let markBefore = last;
    let next = p;
    let nextBefore = last;
    for (let count = 0; p < end; count++) {
      if (count > this.most + 1) {
        mark = next;
        markBefore = nextBefore;
        next = p;
        nextBefore = last;
        count = 0;
      }
      const decoded = jsonCharacterAt(p, end, depth);
      if (decoded == INCOMPLETE_CHARACTER) break;
      state = automaton.step(state, characterOf(decoded));
      if (foundAt(state) >= 0) break;
      last = characterOf(decoded);
      p += lengthOf(decoded);
    }
    this.border = p + 1;
    this.before = markBefore;
    return mark;
  }

  /** Keeps where a match was cut, for `skipRest`. */
  suspend(state: ByteBuffer): void {
    state.clear();
    state.append(sliceOf(this.cutState, this.automaton.states.keySize));
  }

  /**
   * Continues a cut match while each further character could end it. Returns the offset where it ends; `state` is empty then, and not
   * if the text ends before.
   */
  skipRest(state: ByteBuffer, text: Slice, from: i32, isLast: bool, depth: i32): i32 {
    const automaton = this.automaton;
    const base = sliceStart(text);
    const end = base + sliceSize(text);
    let p = base + from;
    let current = automaton.states.enter(state.start);
    while (p < end) {
      const decoded = jsonCharacterAt(p, end, depth);
      const isIncomplete = decoded == INCOMPLETE_CHARACTER;
      if (isIncomplete && !isLast) break;
      current = automaton.step(current, characterOf(decoded));
      if (isIncomplete || foundBehind(current) < 0) {
        state.clear();
        return <i32>(p - base);
      }
      this.before = characterOf(decoded);
      p += lengthOf(decoded);
    }
    state.clear();
    if (!isLast) state.append(sliceOf(current, automaton.states.keySize));
    return <i32>(p - base);
  }

  private initial(): usize {
    const automaton = this.automaton;
    if (this.flushes != automaton.states.flushes) {
      this.flushes = automaton.states.flushes;
      this.initials.fill(0);
    }
    const before = this.before;
    const kind = kindOf(before);
    const known = unchecked(this.initials[kind]);
    if (known) return known;
    const state = automaton.initialAfter(before);
    if (this.flushes == automaton.states.flushes) unchecked((this.initials[kind] = state));
    return state;
  }

  /** The longest match that begins at `start`. */
  private match(base: usize, start: usize, end: usize, isLast: bool, depth: i32): Found {
    const automaton = this.automaton;
    let state = this.initial();
    let p = start;
    let last = this.before;
    let found = Found.None;
    for (let count = 0; count <= this.most; count++) {
      if (p >= end) {
        if (!isLast) return Found.Open;
        const closing = automaton.step(state, TEXT_EDGE);
        if (this.take(foundBefore(closing), base, start, p, last)) found = Found.Match;
        return found;
      }
      const decoded = jsonCharacterAt(p, end, depth);
      if (decoded == INCOMPLETE_CHARACTER) return isLast ? found : Found.Open;
      const character = characterOf(decoded);
      state = automaton.step(state, character);
      if (isUndecided(state)) {
        p += lengthOf(decoded);
        last = character;
        continue;
      }
      if (this.take(foundBefore(state), base, start, p, last)) found = Found.Match;
      p += lengthOf(decoded);
      last = character;
      if (count < this.most && this.take(foundBehind(state), base, start, p, last)) {
        found = Found.Match;
        this.isCut = count == this.most - 1 && !isDead(state);
        this.cutState = state;
        if (this.isCut) return found;
      }
      if (isDead(state)) return found;
    }
    return found;
  }

  private take(pattern: i32, base: usize, start: usize, end: usize, last: u32): bool {
    if (pattern < 0 || end == start) return false;
    const check = this.check;
    const accepted = check ? check.accept(pattern, sliceOf(start, <i32>(end - start))) : pattern;
    if (accepted < 0) return false;
    this.pattern = accepted;
    this.end = <i32>(end - base);
    this.isCut = false;
    this.last = last;
    return true;
  }
}

/** The kind of a character, by which `\b`, `^` and `$` distinguish what is before a match: the index of its initial state. */
// @ts-ignore: decorator
@inline
function kindOf(character: u32): i32 {
  return character == TEXT_EDGE ? 0 : character == LINE_FEED ? 1 : isWordCharacter(character) ? 2 : 3;
}
