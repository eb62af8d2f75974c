import { wordHashOf } from "../bytes/hash";
import { sliceOf } from "../bytes/slice";

/** The memory for states, in bytes; a few of the largest fit in. */
const MOST_BYTES: i32 = 262_144;
const FEWEST_STATES: i32 = 8;

/** The offsets of what a key consists of. */
export const FOUND: usize = 0;
export const BEFORE: usize = 4;
export const SET: usize = 8;

const WORD: i32 = 4;

/**
 * The states of an automaton, by key: the pattern that is found there or -1, what kind of character came before, and a
 * set of instructions. Behind the key a state has its successors by symbol; 0 is one that is not known yet. The memory is
 * fixed: where it ends, all states are forgotten.
 */
export class StateCache {
  /** How often all states were forgotten. */
  flushes: i32 = 0;
  private count: i32 = 0;
  private readonly most: i32;
  private readonly stateSize: i32;
  /** A power of two, less one. */
  private readonly slotMask: i32;
  /** The hash table of states' addresses, and behind it the states. */
  private readonly memory: ArrayBuffer;

  /** Room for as many states as are `wished`, if there is; keys have whole 64-bit words. */
  constructor(
    readonly keySize: i32,
    successors: i32,
    wished: i32,
  ) {
    const stateSize = (keySize + successors * WORD + 7) & ~7;
    const most = max(min(wished, MOST_BYTES / stateSize), FEWEST_STATES);
    // At most half of the slots are ever taken.
    const slots = 4 << (31 - clz(most));
    this.stateSize = stateSize;
    this.most = most;
    this.slotMask = slots - 1;
    this.memory = new ArrayBuffer(slots * WORD + most * stateSize);
  }

  /** The state of that key, which stays valid up to the next call. */
  enter(key: usize): usize {
    const slots = changetype<usize>(this.memory);
    let slot = (<i32>wordHashOf(sliceOf(key, this.keySize))) & this.slotMask;
    for (let state: usize; (state = load<u32>(slots + slot * WORD)); slot = (slot + 1) & this.slotMask) {
      if (memory.compare(state, key, this.keySize) == 0) return state;
    }
    if (this.count == this.most) {
      this.count = 0;
      this.flushes++;
      memory.fill(slots, 0, (this.slotMask + 1) * WORD);
      slot = (<i32>wordHashOf(sliceOf(key, this.keySize))) & this.slotMask;
    }
    const state = slots + (this.slotMask + 1) * WORD + this.count * this.stateSize;
    this.count++;
    memory.copy(state, key, this.keySize);
    memory.fill(state + this.keySize, 0, this.stateSize - this.keySize);
    store<u32>(slots + slot * WORD, <u32>state);
    return state;
  }
}
