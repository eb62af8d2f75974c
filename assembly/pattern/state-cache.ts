import { wordHashOf } from "../bytes/hash";
import { sliceOf } from "../bytes/slice";

/** The memory for states, in bytes. */
const MOST_BYTES: i32 = 262_144;
const FEWEST_STATES: i32 = 8;

/** The offset, in a key, of the matched pattern. */
export const FOUND: usize = 0;
/** The offset of the kind of the previous character. */
export const BEFORE: usize = 4;
/** The offset of the set of instructions. */
export const SET: usize = 8;

const WORD: i32 = 4;

/**
 * The states of an automaton by key: the matched pattern or -1, the kind of the previous character, and a set of
 * instructions. The key is followed by the successors by symbol; 0 is one that has not been computed. The memory is fixed:
 * when it is full, all states are dropped.
 */
export class StateCache {
  /** How often all states were dropped. */
  flushes: i32 = 0;
  private count: i32 = 0;
  private readonly most: i32;
  private readonly stateSize: i32;
  /** A power of two, less one. */
  private readonly slotMask: i32;
  /** The hash table of states' addresses, followed by the states. */
  private readonly memory: ArrayBuffer;

  /** Memory for `wished` states, or for as many as fit; keys consist of 64-bit words. */
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

  /** The state of a key; valid until the next call. */
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
