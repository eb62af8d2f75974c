import { Op, Assertion, ProgramBuilder } from "./program";
import { RangeSet } from "./ranges";

/** A repetition without an upper bound. */
export const ENDLESS: i32 = -1;

/** Used instead of the index of the part that a repetition applies to. */
const NOTHING: i32 = -1;
const REPETITION: i32 = -2;

/** A group that is still open. */
class Group {
  /** The `Jump` after the last alternative, or -1. Its operand links to the previous one until the group is closed. */
  jumps: i32 = -1;
  /** Whether the alternative, without its last part, can match the empty text. */
  isNullable: bool = true;
  /** Whether an earlier alternative can match the empty text. */
  hadNullable: bool = false;
  /** The index of the alternative's first instruction. */
  alternative: i32 = 0;

  constructor(
    /** The index of its own first instruction. */
    readonly start: i32,
    /** The slot of its begin, or -1 for a group that does not capture. */
    readonly slot: i32,
    /** The flags to restore when the group is closed. */
    readonly flags: i32,
    readonly offset: i32,
  ) {}
}

/**
 * Writes a program from the parts of a pattern, in their order: Thompson's construction with a stack instead of a tree. A
 * part that can match the empty text is repeated as `(?:x+)?` instead of `x*`, so that matches have the priorities of Go's
 * `regexp`.
 */
export class ProgramComposer {
  private readonly groups: Group[] = [];
  /** The index of the last part's first instruction, `NOTHING` or `REPETITION`. */
  private part: i32 = NOTHING;
  private isPartNullable: bool = true;

  constructor(
    private readonly builder: ProgramBuilder,
    /** The most instructions that the builder may hold. */
    private readonly limit: i32,
  ) {}

  /** The number of groups that are open. */
  get depth(): i32 {
    return this.groups.length;
  }

  /** The offset of the innermost open group. */
  get openOffset(): i32 {
    return this.group.offset;
  }

  /** Whether the program is longer than it may be. */
  get isTooLarge(): bool {
    return this.builder.length > this.limit;
  }

  /** Opens a group; `slot` is the slot of its begin, or -1. */
  open(slot: i32, flags: i32, offset: i32): void {
    if (this.groups.length) this.settle();
    const group = new Group(this.builder.length, slot, flags, offset);
    if (slot >= 0) this.builder.emit(Op.Save, slot);
    group.alternative = this.builder.length;
    this.groups.push(group);
    this.settleNothing();
  }

  /** Closes the innermost group, which becomes a part of the enclosing group. Returns its flags. */
  close(): i32 {
    this.settle();
    const builder = this.builder;
    const group = this.groups.pop();
    for (let jump = group.jumps; jump >= 0;) {
      const earlier = builder.operandAt(jump);
      builder.setOperand(jump, builder.length - jump);
      jump = earlier;
    }
    if (group.slot >= 0) builder.emit(Op.Save, group.slot + 1);
    this.part = group.start;
    this.isPartNullable = group.hadNullable || group.isNullable;
    return group.flags;
  }

  /** Ends an alternative of the group, and begins the next one. */
  alternative(): void {
    this.settle();
    const builder = this.builder;
    const group = this.group;
    if (group.isNullable) group.hadNullable = true;
    group.isNullable = true;
    // Plus two: this instruction and the jump.
    builder.insert(group.alternative, Op.Split, builder.length - group.alternative + 2);
    builder.emit(Op.Jump, group.jumps);
    group.jumps = builder.length - 1;
    group.alternative = builder.length;
  }

  /** Adds a part that matches one character of the set. */
  oneOf(set: RangeSet): void {
    this.begin(false);
    if (set.count == 1 && set.first(0) == set.last(0)) this.builder.emit(Op.Char, set.first(0));
    else this.builder.emitRanges(set.pairs);
  }

  /** Adds a part that matches this character. */
  character(character: u32): void {
    this.begin(false);
    this.builder.emit(Op.Char, character);
  }

  /** Adds an assertion. */
  assert(place: Assertion): void {
    this.begin(true);
    this.builder.emit(Op.Assert, place);
  }

  /** Ends the last part: a repetition no longer applies to it. */
  settle(): void {
    const group = this.group;
    group.isNullable = group.isNullable && this.isPartNullable;
    this.settleNothing();
  }

  /** Repeats the last part at least `least` and at most `most` times. Returns an error, or "". */
  repeat(least: i32, most: i32, isLazy: bool): string {
    if (this.part == NOTHING) return "there is nothing to repeat before this";
    if (this.part == REPETITION) return "a repetition cannot be repeated: put it into (?:…)";
    const builder = this.builder;
    const size = builder.length - this.part;
    const further = most == ENDLESS ? (least ? 1 : size + 2) : (most - least) * (size + 1);
    if (this.part + least * size + further > this.limit) return TOO_LARGE;
    builder.cut(this.part);
    this.part = REPETITION;
    for (let i = 0; i < least; i++) builder.paste();
    const onceMore = isLazy ? Op.SplitFar : Op.Split;
    const again = isLazy ? Op.Split : Op.SplitFar;
    if (most == ENDLESS) {
      if (least == 0) {
        builder.emit(onceMore, size + 2);
        builder.paste();
      }
      if (least == 0 && !this.isPartNullable) builder.emit(Op.Jump, -size - 1);
      else builder.emit(again, -size);
    }
    for (let i = least; i < most; i++) {
      builder.emit(onceMore, (most - i) * (size + 1));
      builder.paste();
    }
    if (least == 0) this.isPartNullable = true;
    return "";
  }

  private get group(): Group {
    return this.groups[this.groups.length - 1];
  }

  private begin(isNullable: bool): void {
    this.settle();
    this.part = this.builder.length;
    this.isPartNullable = isNullable;
  }

  private settleNothing(): void {
    this.part = NOTHING;
    this.isPartNullable = true;
  }
}

/** The error for a program that exceeds the limit. */
export const TOO_LARGE: string = "the pattern is too large";
