import { ByteBuffer } from "../bytes/buffer";
import { sliceOf } from "../bytes/slice";

/** The operation of an instruction. Unless it says otherwise, the next instruction follows. */
export const enum Op {
  /** Consumes the character `operand`. */
  Char,
  /** Consumes a character of `extra` ranges, which begin at the offset `operand` of the program. */
  Class,
  /** Continues at the next instruction or, with lower priority, `operand` instructions further. */
  Split,
  /** Continues `operand` instructions further or, with lower priority, at the next one. */
  SplitFar,
  /** Continues `operand` instructions further. */
  Jump,
  /** Stores the position in the slot `operand`. */
  Save,
  /** Requires the `Assertion` in `operand`. */
  Assert,
  /** Ends a match of the pattern number `operand`. */
  Match,
}

/** Conditions on a position between two characters; sets are sums. */
export const enum Assertion {
  TextBegin = 1,
  TextEnd = 2,
  LineBegin = 4,
  LineEnd = 8,
  /** A word character on one side alone. */
  WordBorder = 16,
  NoWordBorder = 32,
}

/** The bytes of one instruction. */
export const INSTRUCTION_SIZE: i32 = 8;

/** The bytes of one range: the first and the last character. */
export const RANGE_SIZE: i32 = 8;

/** The last Unicode character. */
export const LAST_CHARACTER: u32 = 0x10ffff;

/** The operation of an instruction. */
// @ts-ignore: decorator
@inline
export function opOf(instruction: usize): Op {
  return <Op>load<u8>(instruction);
}

/** The small operand. */
// @ts-ignore: decorator
@inline
export function extraOf(instruction: usize): i32 {
  return load<u16>(instruction, 2);
}

/** The operand. */
// @ts-ignore: decorator
@inline
export function operandOf(instruction: usize): i32 {
  return load<i32>(instruction, 4);
}

/** Whether a `Char` or a `Class` matches the character. */
// @ts-ignore: decorator
@inline
export function takes(program: usize, instruction: usize, character: u32): bool {
  if (opOf(instruction) == Op.Char) return <u32>operandOf(instruction) == character;
  return isInRanges(program + operandOf(instruction), extraOf(instruction), character);
}

/** Whether a program of `length` instructions repeats a part without an upper bound: whether it continues at an earlier instruction. */
export function isEndless(program: ArrayBuffer, length: i32): bool {
  for (let index = 0; index < length; index++) {
    const instruction = changetype<usize>(program) + index * INSTRUCTION_SIZE;
    const op = opOf(instruction);
    if ((op == Op.Split || op == Op.SplitFar || op == Op.Jump) && operandOf(instruction) < 0) return true;
  }
  return false;
}

/** Whether one of the sorted ranges has the character, by binary search. */
function isInRanges(ranges: usize, count: i32, character: u32): bool {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    const range = ranges + middle * RANGE_SIZE;
    if (character < load<u32>(range)) high = middle;
    else if (character > load<u32>(range, 4)) low = middle + 1;
    else return true;
  }
  return false;
}

/** Writes a program. Jumps are relative and stay inside their part of the pattern, so that parts can be moved. */
export class ProgramBuilder {
  private readonly code: ByteBuffer = new ByteBuffer();
  private readonly ranges: ByteBuffer = new ByteBuffer();
  private readonly part: ByteBuffer = new ByteBuffer();

  /** The number of instructions. */
  get length(): i32 {
    return this.code.size / INSTRUCTION_SIZE;
  }

  /** The number of ranges of all classes. */
  get rangeCount(): i32 {
    return this.ranges.size / RANGE_SIZE;
  }

  /** Appends an instruction. */
  emit(op: Op, operand: i32 = 0, extra: i32 = 0): void {
    const instruction = this.code.reserve(INSTRUCTION_SIZE);
    store<u32>(instruction, (<u32>op) | (extra << 16));
    store<i32>(instruction, operand, 4);
    this.code.size += INSTRUCTION_SIZE;
  }

  /** Appends an instruction that consumes a character of the sorted ranges in `set`. */
  emitRanges(set: ByteBuffer): void {
    this.emit(Op.Class, this.ranges.size, set.size / RANGE_SIZE);
    this.ranges.append(set.slice);
  }

  /** Inserts an instruction before the one at `index`. */
  insert(index: i32, op: Op, operand: i32): void {
    this.cut(index);
    this.emit(op, operand);
    this.paste();
  }

  /** The operand of the instruction at `index`. */
  operandAt(index: i32): i32 {
    return operandOf(this.code.start + index * INSTRUCTION_SIZE);
  }

  /** Replaces the operand of the instruction at `index`. */
  setOperand(index: i32, operand: i32): void {
    store<i32>(this.code.start + index * INSTRUCTION_SIZE, operand, 4);
  }

  /** Removes the instructions from `index` on, and keeps them for `paste`. */
  cut(index: i32): void {
    const from = index * INSTRUCTION_SIZE;
    this.part.clear();
    this.part.append(sliceOf(this.code.start + from, this.code.size - from));
    this.code.size = from;
  }

  /** Appends the instructions that were cut last. */
  paste(): void {
    this.code.append(this.part.slice);
  }

  /** The program; the builder is not used again. */
  finish(): ArrayBuffer {
    const codeSize = this.code.size;
    const program = new ArrayBuffer(codeSize + this.ranges.size);
    const start = changetype<usize>(program);
    memory.copy(start, this.code.start, codeSize);
    memory.copy(start + codeSize, this.ranges.start, this.ranges.size);
    for (let instruction = start; instruction < start + codeSize; instruction += INSTRUCTION_SIZE) {
      if (opOf(instruction) == Op.Class) store<i32>(instruction, operandOf(instruction) + codeSize, 4);
    }
    this.dispose();
    return program;
  }

  /** Frees the memory; the builder is not used again. */
  dispose(): void {
    this.code.dispose();
    this.ranges.dispose();
    this.part.dispose();
  }
}
