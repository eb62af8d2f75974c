import { Alphabet } from "./alphabet";
import { characterOf, decodeAt, lengthOf } from "../bytes/utf8";
import { isWordCharacter, LINE_FEED, assertionsBetween, TEXT_EDGE } from "./characters";
import { INSTRUCTION_SIZE, Op, opOf, operandOf, Assertion, takes } from "./program";
import { BEFORE, FOUND, SET, StateCache } from "./state-cache";

const NOTHING_FOUND: i32 = -1;

/** One half of what a state has found: the pattern that ends behind its last character, and the one that ends before it. */
const NO_PATTERN: u32 = 0xffff;
const HALF: u32 = 16;

/** Used as the previous character of a state from which no match is reachable. */
const DEAD: u32 = 0xfffffffe;

/** One character of each kind that `\b` and `^` distinguish. */
const WORD_KIND: u32 = 0x61;
const OTHER_KIND: u32 = 0x20;

/** The number of cached states: a fixed part, and a part for each instruction. */
const STATES: i32 = 64;
const STATES_PER_INSTRUCTION: i32 = 8;

/**
 * A deterministic automaton that is built while it runs. A state is the set of instructions that matches have reached. A
 * character costs one look-up for any number of patterns; the first transition to a state costs at most one walk
 * through the program. An assertion is decided with the character that follows it.
 */
export class Automaton {
  /** The work of all runs so far: characters and instructions. */
  steps: u64 = 0;
  /** The states that were reached so far. */
  readonly states: StateCache;
  /** The key of the initial state, and memory for the key of the next state. */
  readonly initialKey: usize;
  private readonly nextKey: usize;
  /** Sets of instructions: the ones that matches have reached, and the ones that were visited. */
  private readonly now: usize;
  private readonly seen: usize;
  private readonly setSize: i32;
  private readonly stack: usize;
  private readonly memory: ArrayBuffer;
  private readonly alphabet: Alphabet;

  constructor(
    private readonly program: ArrayBuffer,
    length: i32,
    /** Whether matches begin at the first character only. */
    private readonly isAnchored: bool = false,
  ) {
    const alphabet = new Alphabet(program, length);
    const setSize = ((length + 63) >> 6) << 3;
    const keySize = <i32>SET + setSize;
    this.alphabet = alphabet;
    this.setSize = setSize;
    this.states = new StateCache(keySize, alphabet.count + 1, STATES + STATES_PER_INSTRUCTION * length);
    const keys = new ArrayBuffer(2 * (keySize + setSize) + length * 4);
    const start = changetype<usize>(keys);
    this.memory = keys;
    this.initialKey = start;
    this.nextKey = start + keySize;
    this.now = start + 2 * keySize;
    this.seen = start + 2 * keySize + setSize;
    this.stack = start + 2 * (keySize + setSize);
    this.writeInitialKey(TEXT_EDGE);
    memory.copy(start, this.nextKey, keySize);
  }

  /** The initial state after a character, or after `TEXT_EDGE`. */
  initialAfter(character: u32): usize {
    this.writeInitialKey(character == TEXT_EDGE ? TEXT_EDGE : kindOf(character));
    return this.states.enter(this.nextKey);
  }

  /** The state after one more character, which may be a `TEXT_EDGE`. */
  @inline
  step(state: usize, character: u32): usize {
    const alphabet = this.alphabet;
    const symbol: i32 = character < 0x80 ? <i32>unchecked(alphabet.ascii[character]) : alphabet.symbolOf(character);
    this.steps++;
    const next: usize = load<u32>(state + this.states.keySize + symbol * 4);
    return next ? next : this.transition(state, symbol);
  }

  /** The state after the characters from `p` to `end`, or up to the first match. */
  run(state: usize, p: usize, end: usize): usize {
    const alphabet = this.alphabet;
    const ascii = alphabet.ascii;
    const successors = this.states.keySize;
    const start = p;
    while (p < end && load<i32>(state, FOUND) == NOTHING_FOUND) {
      const byte = <u32>load<u8>(p);
      let symbol = 0;
      if (byte < 0x80) {
        symbol = unchecked(ascii[byte]);
        p++;
      } else {
        const decoded = decodeAt(p, end);
        symbol = alphabet.search(characterOf(decoded));
        p += lengthOf(decoded);
      }
      const next: usize = load<u32>(state + successors + symbol * 4);
      state = next ? next : this.transition(state, symbol);
    }
    this.steps += p - start;
    return state;
  }

  /** The state at the end of the text. */
  finish(state: usize): usize {
    if (load<i32>(state, FOUND) != NOTHING_FOUND) return state;
    const symbol = this.alphabet.count;
    const next: usize = load<u32>(state + this.states.keySize + symbol * 4);
    return next ? next : this.transition(state, symbol);
  }

  private transition(state: usize, symbol: i32): usize {
    const isEnd = symbol == this.alphabet.count;
    const character = isEnd ? TEXT_EDGE : this.alphabet.representative(symbol);
    const program = changetype<usize>(this.program);
    const now = this.now;
    const next = this.nextKey + SET;
    this.beginKey(this.alphabet.hasAssertions ? kindOf(character) : OTHER_KIND);
    memory.copy(now, state + SET, this.setSize);
    const assertions = assertionsBetween(load<u32>(state, BEFORE), character);
    for (let index = this.after(state + SET, -1); index >= 0; index = this.after(state + SET, index)) {
      const instruction = program + index * INSTRUCTION_SIZE;
      if (opOf(instruction) == Op.Assert && assertions & operandOf(instruction))
        this.follow(index + 1, assertions, true, now);
    }
    memory.fill(this.seen, 0, this.setSize);
    if (!isEnd) {
      const assertionsBehind = assertionsBetween(load<u32>(this.nextKey, BEFORE), OTHER_KIND);
      for (let index = this.after(now, -1); index >= 0; index = this.after(now, index)) {
        const instruction = program + index * INSTRUCTION_SIZE;
        if (opOf(instruction) > Op.Class || !takes(program, instruction, character)) continue;
        this.follow(index + 1, assertionsBehind, false, next);
      }
      if (!this.isAnchored) this.follow(0, assertionsBehind, false, next);
    }
    if (this.isAnchored) {
      if (this.after(next, -1) < 0) store<u32>(this.nextKey, DEAD, BEFORE);
    }
    // No state is reachable from a match.
    else if (load<i32>(this.nextKey, FOUND) != NOTHING_FOUND) memory.fill(next, 0, this.setSize);
    const flushes = this.states.flushes;
    const target = this.states.enter(this.nextKey);
    if (flushes == this.states.flushes) store<u32>(state + this.states.keySize + symbol * 4, <u32>target);
    return target;
  }

  private writeInitialKey(before: u32): void {
    this.beginKey(this.alphabet.hasAssertions ? before : OTHER_KIND);
    this.follow(0, assertionsBetween(before, OTHER_KIND), false, this.nextKey + SET);
  }

  /** Makes the next key an empty set, and clears the set of visited instructions. */
  private beginKey(before: u32): void {
    store<i32>(this.nextKey, NOTHING_FOUND, FOUND);
    store<u32>(this.nextKey, before, BEFORE);
    memory.fill(this.nextKey + SET, 0, this.setSize);
    memory.fill(this.seen, 0, this.setSize);
  }

  /**
   * Adds to `set` all instructions that can be reached without consuming a character. An assertion that depends on the next
   * character is added itself, unless that character is known.
   */
  private follow(first: i32, assertions: i32, isNextKnown: bool, set: usize): void {
    const program = changetype<usize>(this.program);
    const stack = this.stack;
    let top = stack;
    let index = first;
    while (true) {
      const isNew = insert(this.seen, index);
      const instruction = program + index * INSTRUCTION_SIZE;
      const op = isNew ? opOf(instruction) : Op.Match;
      const operand = operandOf(instruction);
      this.steps++;
      if (op == Op.Split || op == Op.SplitFar) {
        store<u32>(top, index + operand);
        top += 4;
      }
      if (op == Op.Split || op == Op.SplitFar || op == Op.Save) {
        index++;
        continue;
      }
      if (op == Op.Jump) {
        index += operand;
        continue;
      }
      if (op == Op.Assert && (isNextKnown || operand & (Assertion.TextBegin | Assertion.LineBegin))) {
        if (assertions & operand) {
          index++;
          continue;
        }
      } else if (op != Op.Match) insert(set, index);
      else if (isNew) this.find(operand, isNextKnown ? HALF : 0);
      if (top == stack) return;
      top -= 4;
      index = load<u32>(top);
    }
  }

  private find(pattern: i32, half: u32): void {
    const found = load<u32>(this.nextKey, FOUND);
    const first = min((found >> half) & NO_PATTERN, <u32>pattern);
    store<u32>(this.nextKey, (found & ~(NO_PATTERN << half)) | (first << half), FOUND);
  }

  /** The first instruction of a set after `index`, or -1. */
  private after(set: usize, index: i32): i32 {
    index++;
    let word = (index >> 6) << 3;
    let bits = word < this.setSize ? load<u64>(set + word) & (u64.MAX_VALUE << (index & 63)) : 0;
    while (!bits) {
      word += 8;
      if (word >= this.setSize) return -1;
      bits = load<u64>(set + word);
    }
    return (word << 3) + <i32>ctz(bits);
  }
}

/** The pattern that a state has matched, or -1. */
export function foundAt(state: usize): i32 {
  return patternOf(min(load<u32>(state, FOUND) & NO_PATTERN, load<u32>(state, FOUND) >> HALF));
}

/** The pattern of which a match ends behind the last character, or -1. */
// @ts-ignore: decorator
@inline
export function foundBehind(state: usize): i32 {
  return patternOf(load<u32>(state, FOUND) & NO_PATTERN);
}

/** The pattern of which a match ends before the last character, which has decided an assertion; or -1. */
// @ts-ignore: decorator
@inline
export function foundBefore(state: usize): i32 {
  return patternOf(load<u32>(state, FOUND) >> HALF);
}

/** Whether a state of an anchored automaton reaches no further match. */
// @ts-ignore: decorator
@inline
export function isDead(state: usize): bool {
  return load<u32>(state, BEFORE) == DEAD;
}

/** Whether a state has no match, and may reach one. */
// @ts-ignore: decorator
@inline
export function isUndecided(state: usize): bool {
  return load<i32>(state, FOUND) == NOTHING_FOUND && load<u32>(state, BEFORE) != DEAD;
}

/** Whether a state has no match, and reaches none. */
// @ts-ignore: decorator
@inline
export function hasFailed(state: usize): bool {
  return isDead(state) && load<i32>(state, FOUND) == NOTHING_FOUND;
}

// @ts-ignore: decorator
@inline
function patternOf(half: u32): i32 {
  return half == NO_PATTERN ? NOTHING_FOUND : <i32>half;
}

/** Adds an instruction to a set. Returns whether it is new. */
// @ts-ignore: decorator
@inline
function insert(set: usize, index: i32): bool {
  const word = set + ((index >> 6) << 3);
  const bit = (<u64>1) << (index & 63);
  const bits = load<u64>(word);
  store<u64>(word, bits | bit);
  return (bits & bit) == 0;
}

function kindOf(character: u32): u32 {
  if (character == LINE_FEED) return LINE_FEED;
  return isWordCharacter(character) ? WORD_KIND : OTHER_KIND;
}
