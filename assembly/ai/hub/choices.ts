import { ByteBuffer } from "../../bytes/buffer";
import { RecordList } from "../../bytes/records";
import { freeUnmanaged } from "../../bytes/unmanaged";
import { TextProgress } from "./text-progress";

/** More choices than any provider gives, so that a stream cannot make the state grow without end. */
export const MAX_CHOICES: i32 = 128;
/** More tool calls, of all choices together, than any provider makes. */
export const MAX_CALLS: i32 = 512;

/** The state of one choice, which begins with the progress of its content. */
@unmanaged
export class Choice extends TextProgress {
  /** The provider's number for it, which the client sees too. */
  index: i32;
  /** How many tool calls it has. */
  calls: i32;
  /** Whether it has ended. */
  isFinished: bool;
  /** Marks of the writer for the choice; 0 at first. */
  marks: u32;
}

/** The state of one tool call, which begins with the progress of its arguments. */
@unmanaged
export class ToolCall extends TextProgress {
  /** The index of its choice. */
  choice: i32;
  /** The provider's number for it. */
  key: i32;
  /** Its number in the choice, from 0, in the order in which the calls begin. */
  index: i32;
  /** A hash of its id; 0 for a call without one. */
  idHash: u32;
  /** The key of the last call that began under the same number of the provider; 0 for none. */
  last: i32;
  /** A hash of its name, or of the last piece of it; 0 for none. */
  nameHash: u32;
  /** Whether it waits in `HeldCalls`, and the key of the call behind it there; -1 for none. */
  isHeld: bool;
  nextHeld: i32;
  /** The places of its first and last piece there; 0 for none. The parts that have one. */
  firstPiece: i32;
  lastPiece: i32;
  heldParts: i32;
}

/**
 * The choices and tool calls of one response, each in the order of their numbers, outside the collector's reach, and bounded.
 * What it gives is valid until the next choice or call begins.
 */
@unmanaged
export class Choices {
  private choiceBytes: ByteBuffer = new ByteBuffer();
  /** Two records for each choice: itself, and the progress of its reasoning. */
  private choices: RecordList<Choice> = new RecordList<Choice>(this.choiceBytes, 0);
  /** Most responses have no tool calls: made with the first one. */
  private callBytes: ByteBuffer | null = null;
  private calls: RecordList<ToolCall> | null = null;

  /** How many choices have begun. */
  get count(): i32 {
    return this.choices.count >> 1;
  }

  /** The choice of an index, a new one if there is none; null if there are too many. */
  choose(index: i32): Choice | null {
    const at = this.positionOf(index);
    const count = this.count;
    if (at < count && this.choices.at(at << 1).index == index) return this.choices.at(at << 1);
    if (count == MAX_CHOICES) return null;
    this.choices.insert(at << 1);
    const choice = this.choices.insert(at << 1);
    choice.index = index;
    return choice;
  }

  /** The progress of the reasoning of a choice. */
  reasoningOf(choice: Choice): TextProgress {
    return this.choices.at((this.positionOf(choice.index) << 1) + 1);
  }

  /** The choice's tool call of a key, or null. */
  find(choice: Choice, key: i32): ToolCall | null {
    const calls = this.calls;
    if (calls === null) return null;
    const at = positionIn(calls, choice.index, key);
    if (at == calls.count) return null;
    const call = calls.at(at);
    return call.choice == choice.index && call.key == key ? call : null;
  }

  /** Adds a tool call of a key that the choice does not have; null if there are too many. */
  addCall(choice: Choice, key: i32): ToolCall | null {
    let calls = this.calls;
    if (calls === null) {
      const bytes = new ByteBuffer();
      calls = new RecordList<ToolCall>(bytes, 0);
      this.callBytes = bytes;
      this.calls = calls;
    }
    if (calls.count == MAX_CALLS) return null;
    const call = calls.insert(positionIn(calls, choice.index, key));
    call.choice = choice.index;
    call.key = key;
    call.index = choice.calls++;
    return call;
  }

  /** The tool call after another in the order of the provider's numbers, or null; the first one of the choice for null. */
  nextCall(choice: Choice, last: ToolCall | null): ToolCall | null {
    const calls = this.calls;
    if (calls === null || (last !== null && last.key == i32.MAX_VALUE)) return null;
    const at = positionIn(calls, choice.index, last === null ? 0 : last.key + 1);
    return at < calls.count && calls.at(at).choice == choice.index ? calls.at(at) : null;
  }

  /** Gives back the memory and the object itself, which is not used again. */
  dispose(): void {
    this.choiceBytes.dispose();
    freeUnmanaged(this.choices);
    const callBytes = this.callBytes;
    if (callBytes) callBytes.dispose();
    const calls = this.calls;
    if (calls) freeUnmanaged(calls);
    freeUnmanaged(this);
  }

  /** Where the choice of an index is, or belongs. */
  private positionOf(index: i32): i32 {
    let at = 0;
    for (let end = this.count; at < end;) {
      const middle = (at + end) >> 1;
      if (this.choices.at(middle << 1).index < index) at = middle + 1;
      else end = middle;
    }
    return at;
  }
}

/** Where the call of a choice and a key is in a list, or belongs. */
function positionIn(calls: RecordList<ToolCall>, choice: i32, key: i32): i32 {
  let at = 0;
  for (let end = calls.count; at < end;) {
    const middle = (at + end) >> 1;
    const call = calls.at(middle);
    if (call.choice < choice || (call.choice == choice && call.key < key)) at = middle + 1;
    else end = middle;
  }
  return at;
}
