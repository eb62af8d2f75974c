import { Slice, sliceEnd, sliceStart } from "../bytes/slice";
import { ByteBuffer } from "../bytes/buffer";
import { characterOf, decodeAt, lengthOf } from "../bytes/utf8";
import { assertionsBetween, TEXT_EDGE } from "./characters";
import { INSTRUCTION_SIZE, Op, Assertion, opOf, operandOf, takes } from "./program";

/** The result that a run is for. */
export const enum Goal {
  /** Whether there is a match. */
  Search,
  /** Whether the whole text matches. */
  Whole,
  /** The leftmost match and its groups. */
  Find,
}

const WORD: i32 = 4;

/** The size of a stack entry: an instruction, or a marked slot and its previous value. */
const ENTRY_SIZE: i32 = 8;

/** Marks a stack entry that restores a slot. Instructions have lower numbers. */
const RESTORE: u32 = 0x80000000;

/** Threads in the order of their priority, as a sparse set, which needs no clearing. */
// @ts-ignore: decorator
@unmanaged
class Threads {
  /** The instructions. */
  order: usize = 0;
  /** For each instruction its index in `order`, which is valid only if `order` has the instruction there. */
  places: usize = 0;
  /** For each thread its slots. */
  slots: usize = 0;
  count: i32 = 0;

  /** Uses the memory from `start` on, for programs of `length` instructions. */
  layOut(start: usize, length: i32): void {
    this.order = start;
    this.places = start + length * WORD;
    this.slots = this.places + length * WORD;
    this.count = 0;
  }

  /** The slots of a thread. */
  @inline
  slotsAt(thread: i32, slotCount: i32): usize {
    return this.slots + thread * slotCount * WORD;
  }
}

/**
 * Pike's simulation: all possible matches advance together, a character at a time; of those that reach the same instruction
 * only the one with the highest priority continues. The work is bounded by the text's length times the program's.
 */
// @ts-ignore: decorator
@unmanaged
export class Simulation {
  /** The work of all runs so far, in instructions. */
  steps: u64 = 0;
  private readonly memory: ByteBuffer = new ByteBuffer();
  private current: Threads = new Threads();
  private next: Threads = new Threads();
  private stack: usize = 0;
  /** The slots of the current thread. */
  private slots: usize = 0;
  private matched: usize = 0;
  private slotCount: i32 = 0;
  private program: usize = 0;
  private text: usize = 0;
  private textEnd: usize = 0;

  /** Reserves the memory for runs of a program. */
  reserve(length: i32, slotCount: i32): void {
    this.memory.clear();
    this.memory.reserve((length + 1) * ENTRY_SIZE + 2 * slotCount * WORD + 2 * length * (2 + slotCount) * WORD);
  }

  /**
   * Runs a program of `length` instructions over the text from `from` on; the text before it counts for `^` and `\b`.
   * Returns the address of the match's slots, which has `slotCount` of them; 0 without a match.
   */
  run(program: usize, length: i32, slotCount: i32, text: Slice, from: i32, goal: Goal): usize {
    this.layOut(length, slotCount);
    this.program = program;
    this.text = sliceStart(text);
    const end = sliceEnd(text);
    this.textEnd = end;
    const isAnchored = goal == Goal.Whole || (opOf(program) == Op.Assert && operandOf(program) == Assertion.TextBegin);
    let found: usize = 0;
    let p = this.text + from;
    for (let isFirst = true; ; isFirst = false) {
      const threads = this.current;
      if (!found && (isFirst || !isAnchored)) this.begin(threads, p);
      if (!threads.count && (found || isAnchored)) break;
      let character: u32 = u32.MAX_VALUE;
      let behind = p;
      if (p < end) {
        const decoded = decodeAt(p, end);
        character = characterOf(decoded);
        behind += lengthOf(decoded);
      }
      this.steps += threads.count;
      for (let i = 0; i < threads.count; i++) {
        const index = load<u32>(threads.order + i * WORD);
        const instruction = program + index * INSTRUCTION_SIZE;
        const op = opOf(instruction);
        if (op <= Op.Class) {
          if (!takes(program, instruction, character)) continue;
          memory.copy(this.slots, threads.slotsAt(i, slotCount), slotCount * WORD);
          this.follow(this.next, index + 1, behind);
        } else if (op == Op.Match && (goal != Goal.Whole || p == end)) {
          found = this.matched;
          memory.copy(found, threads.slotsAt(i, slotCount), slotCount * WORD);
          if (slotCount) store<i32>(found, <i32>(p - this.text), WORD);
          // The threads after this one have a lower priority.
          break;
        }
      }
      if (p == end || (found && goal != Goal.Find)) break;
      this.current = this.next;
      this.next = threads;
      threads.count = 0;
      p = behind;
    }
    return found;
  }

  private layOut(length: i32, slotCount: i32): void {
    this.slotCount = slotCount;
    this.stack = this.memory.start;
    this.slots = this.stack + (length + 1) * ENTRY_SIZE;
    this.matched = this.slots + slotCount * WORD;
    const size = length * (2 + slotCount) * WORD;
    this.current.layOut(this.matched + slotCount * WORD, length);
    this.next.layOut(this.matched + slotCount * WORD + size, length);
  }

  /** Adds a thread that begins at `p`, with the lowest priority. */
  private begin(threads: Threads, p: usize): void {
    memory.fill(this.slots, 0xff, this.slotCount * WORD);
    if (this.slotCount) store<i32>(this.slots, <i32>(p - this.text));
    this.follow(threads, 0, p);
  }

  /** Adds all instructions that can be reached at `p` without consuming a character, in the order of their priority. */
  private follow(threads: Threads, first: u32, p: usize): void {
    const stack = this.stack;
    const slots = this.slots;
    const program = this.program;
    const order = threads.order;
    const places = threads.places;
    let count = threads.count;
    const before = count;
    let top = stack + ENTRY_SIZE;
    store<u32>(stack, first);
    while (top > stack) {
      top -= ENTRY_SIZE;
      let index = load<u32>(top);
      if (index >= RESTORE) {
        store<i32>(slots + (index - RESTORE) * WORD, load<i32>(top, WORD));
        continue;
      }
      while (true) {
        const place = load<u32>(places + index * WORD);
        if (place < <u32>count && load<u32>(order + place * WORD) == index) break;
        store<u32>(order + count * WORD, index);
        store<u32>(places + index * WORD, count);
        const instruction = program + index * INSTRUCTION_SIZE;
        const operand = operandOf(instruction);
        const op = opOf(instruction);
        if (op <= Op.Class || op == Op.Match)
          memory.copy(threads.slotsAt(count, this.slotCount), slots, this.slotCount * WORD);
        count++;
        if (op == Op.Split || op == Op.SplitFar) {
          store<u32>(top, op == Op.Split ? index + operand : index + 1);
          top += ENTRY_SIZE;
        } else if (op == Op.Save && operand < this.slotCount) {
          store<u32>(top, RESTORE + operand);
          store<i32>(top, load<i32>(slots + operand * WORD), WORD);
          top += ENTRY_SIZE;
          store<i32>(slots + operand * WORD, <i32>(p - this.text));
        }
        if (op == Op.Jump || op == Op.SplitFar) index += operand;
        else if (op == Op.Split || op == Op.Save || (op == Op.Assert && this.assertionsAt(p) & operand)) index++;
        else break;
      }
    }
    threads.count = count;
    this.steps += count - before;
  }

  /** The assertions that hold at `p`. */
  private assertionsAt(p: usize): i32 {
    const before = p == this.text ? TEXT_EDGE : load<u8>(p - 1);
    return assertionsBetween(before, p == this.textEnd ? TEXT_EDGE : load<u8>(p));
  }
}
