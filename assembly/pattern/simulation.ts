import { Slice, sliceEnd, sliceStart } from "../bytes/slice";
import { ByteBuffer } from "../bytes/buffer";
import { characterOf, decodeAt, lengthOf, assertionsBetween, TEXT_EDGE } from "./characters";
import { INSTRUCTION_SIZE, Op, Assertion, opOf, operandOf, takes } from "./program";

/** What a run is to find out. */
export const enum Goal {
  /** Whether there is a match. */
  Search,
  /** Whether the whole text is one. */
  Whole,
  /** Where the leftmost is, and its groups. */
  Find,
}

const WORD: i32 = 4;

/** An instruction; or a slot, marked so, and the value that it had before. */
const ENTRY_SIZE: i32 = 8;

/** Marks an entry of the stack that brings a slot's old value back; no program is so long. */
const RESTORE: u32 = 0x80000000;

/** Threads in the order of their priority, none of them twice: a set that needs no clearing. */
// @ts-ignore: decorator
@unmanaged
class Threads {
  /** The instructions. */
  order: usize = 0;
  /** For each instruction its place in `order`, which counts only if it is confirmed there. */
  places: usize = 0;
  /** For each thread its slots. */
  slots: usize = 0;
  count: i32 = 0;

  /** Takes the memory from `start` on for programs of `length` instructions. */
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
 * Pike's simulation: all ways to match go on together, a character at a time, and of those that meet in an instruction
 * only the one of the highest priority. So the work is bounded by the text's length times the program's.
 */
// @ts-ignore: decorator
@unmanaged
export class Simulation {
  /** The work of all runs so far: instructions looked at. */
  steps: u64 = 0;
  private readonly memory: ByteBuffer = new ByteBuffer();
  private current: Threads = new Threads();
  private next: Threads = new Threads();
  private stack: usize = 0;
  /** The slots of the thread that is followed. */
  private slots: usize = 0;
  private matched: usize = 0;
  private slotCount: i32 = 0;
  private program: usize = 0;
  private text: usize = 0;
  private textEnd: usize = 0;

  /** Sees to it that runs of a program need no memory. */
  reserve(length: i32, slotCount: i32): void {
    this.memory.clear();
    this.memory.reserve((length + 1) * ENTRY_SIZE + 2 * slotCount * WORD + 2 * length * (2 + slotCount) * WORD);
  }

  /**
   * Runs a program of `length` instructions over the text from `from` on; what stands before counts for `^` and `\b`.
   * A match leaves its slots, if any were asked for, at the address that is given; 0 says that there is none.
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
          // What comes behind has a lower priority.
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

  /** Lets a match begin at `p`, after those that began before. */
  private begin(threads: Threads, p: usize): void {
    memory.fill(this.slots, 0xff, this.slotCount * WORD);
    if (this.slotCount) store<i32>(this.slots, <i32>(p - this.text));
    this.follow(threads, 0, p);
  }

  /** Adds all instructions that can be reached at `p` without taking a character, those of higher priority first. */
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

  /** What holds at `p`. */
  private assertionsAt(p: usize): i32 {
    const before = p == this.text ? TEXT_EDGE : load<u8>(p - 1);
    return assertionsBetween(before, p == this.textEnd ? TEXT_EDGE : load<u8>(p));
  }
}
