import { byteAt, Slice, sliceBetween, sliceEnd, sliceOf, sliceSize, sliceStart } from "../bytes/slice";
import { Automaton, foundAt } from "./automaton";
import { decodeAt, isCutShort, lengthOf } from "../bytes/utf8";
import { PatternError } from "./error";
import { PatternFlags } from "./flags";
import { PatternScan } from "./scan";
import { composeSet } from "./set-program";

/** The most bytes of an incomplete character. */
const MOST_REST: i32 = 3;

/**
 * Searches for many patterns at once, in texts that may come in pieces. The time is linear in the text, and independent of
 * the number of patterns. It finds the pattern whose match is known first or, of several, the one with the lowest index. A
 * match that depends on the next character (`\b`, `$`) is known with that character.
 * For many plain texts, `LiteralSet` needs less memory.
 */
export class PatternSet {
  private constructor(private readonly automaton: Automaton) {}

  /** Compiles all patterns; `null` if one is malformed or they are too many, and then `error` says why. */
  static compile(
    patterns: string[],
    flags: PatternFlags = PatternFlags.None,
    error: PatternError | null = null,
  ): PatternSet | null {
    const builder = composeSet(patterns, flags, error);
    if (!builder) return null;
    const length = builder.length;
    return new PatternSet(new Automaton(builder.finish(), length));
  }

  /** Begins a text; a scan can be used for one text after the other. */
  begin(scan: PatternScan): void {
    const automaton = this.automaton;
    scan.clear();
    this.suspend(scan, automaton.states.enter(automaton.initialKey));
  }

  /** Scans the next piece. Returns whether something has been found. */
  feed(scan: PatternScan, chunk: Slice): bool {
    if (scan.matched >= 0) return true;
    const automaton = this.automaton;
    const rest = scan.rest;
    let state = automaton.states.enter(scan.state.start);
    let p = sliceStart(chunk);
    const end = sliceEnd(chunk);
    while (rest.size > 0) {
      if (isCutShort(rest.start, rest.start + rest.size)) {
        if (p == end) break;
        rest.append(sliceOf(p++, 1));
      } else {
        const size = lengthOf(decodeAt(rest.start, rest.start + rest.size));
        state = automaton.run(state, rest.start, rest.start + size);
        rest.dropFront(size);
      }
    }
    const cut = cutCharacter(p, end);
    state = automaton.run(state, p, cut);
    rest.append(sliceBetween(cut, end));
    return this.suspend(scan, state);
  }

  /** Ends the text. Returns whether something was found. */
  finish(scan: PatternScan): bool {
    if (scan.matched >= 0) return true;
    const automaton = this.automaton;
    const rest = scan.rest;
    const state = automaton.run(automaton.states.enter(scan.state.start), rest.start, rest.start + rest.size);
    return this.suspend(scan, automaton.finish(state));
  }

  /** The index of the pattern that a whole text matches, or -1. */
  search(text: Slice): i32 {
    const automaton = this.automaton;
    const state = automaton.states.enter(automaton.initialKey);
    return foundAt(automaton.finish(automaton.run(state, sliceStart(text), sliceEnd(text))));
  }

  /** The work of all scans so far: characters, and instructions looked at. */
  get steps(): u64 {
    return this.automaton.steps;
  }

  /** How often the states were dropped because their memory was full. */
  get flushes(): i32 {
    return this.automaton.states.flushes;
  }

  /** Copies the state's key: the states may be dropped before the next piece comes. */
  private suspend(scan: PatternScan, state: usize): bool {
    scan.matched = foundAt(state);
    scan.state.clear();
    scan.state.append(sliceOf(state, this.automaton.states.keySize));
    return scan.matched >= 0;
  }
}

/** The address of the last character if its end is missing, or `end`. */
function cutCharacter(p: usize, end: usize): usize {
  const text = sliceBetween(p, end);
  const size = sliceSize(text);
  for (let at = size - 1; at >= 0 && at >= size - MOST_REST; at--) {
    if ((byteAt(text, at) & 0xc0) != 0x80) return isCutShort(p + at, end) ? p + at : end;
  }
  return end;
}
