import { ByteBuffer } from "../bytes/buffer";
import { StreamText } from "./stream-text";

/** More choices than any provider gives, so that a stream cannot make the state grow for ever. */
export const MAX_CHOICES: i32 = 128;
/** More tool calls, of all choices together, than any provider makes. */
export const MAX_CALLS: i32 = 512;

/** What has gone out of one choice. */
@unmanaged
export class Choice {
  index: i32;
  /** How many tool calls it has. */
  calls: i32;
  hasRole: bool;
  hasContent: bool;
  /** `<think>` was written. */
  isThinking: bool;
  /** `</think>` was written. */
  hasThought: bool;
  isFinished: bool;
  private contentSent: i32;
  private contentHeld: u32;
  private contentFirst: u32;
  private contentSecond: u32;
  private reasoningSent: i32;
  private reasoningHeld: u32;
  private reasoningFirst: u32;
  private reasoningSecond: u32;


  @inline
  get content(): StreamText {
    return changetype<StreamText>(changetype<usize>(this) + offsetof<Choice>("contentSent"));
  }


  @inline
  get reasoning(): StreamText {
    return changetype<StreamText>(changetype<usize>(this) + offsetof<Choice>("reasoningSent"));
  }
}

/** What has gone out of one tool call. */
@unmanaged
export class CallState {
  choice: i32;
  /** The provider's number for it. */
  key: i32;
  /** Its number in the choice as the client sees it. */
  index: i32;
  private sent: i32;
  private held: u32;
  private first: u32;
  private second: u32;


  @inline
  get text(): StreamText {
    return changetype<StreamText>(changetype<usize>(this) + offsetof<CallState>("sent"));
  }
}

/** The choices and tool calls of one stream, outside the collector's reach; bounded, whatever the provider sends. */
export class ChatStreamState {
  /** How many choices have begun, and how many of them have finished. */
  count: i32 = 0;
  finished: i32 = 0;
  callCount: i32 = 0;
  private choices: ByteBuffer = new ByteBuffer();
  private calls: ByteBuffer = new ByteBuffer();
  private current: i32 = -1;
  private currentCall: i32 = -1;

  /** The choice that was chosen last; there must be one. */
  @inline
  get choice(): Choice {
    return this.choiceAt(this.current);
  }

  /** The choice at a position in the order of their indexes. */
  @inline
  choiceAt(position: i32): Choice {
    return changetype<Choice>(this.choices.start + <usize>position * offsetof<Choice>());
  }

  /** The tool call that was chosen last, or null. */
  @inline
  get call(): CallState | null {
    return this.currentCall < 0 ? null : this.callAt(this.currentCall);
  }

  /** The tool call at a position in the order of choices, and of the provider's numbers in each. */
  @inline
  callAt(position: i32): CallState {
    return changetype<CallState>(this.calls.start + <usize>position * offsetof<CallState>());
  }

  /** Turns to the choice of that index, a new one if there is none; false if there are too many. */
  choose(index: i32): bool {
    this.currentCall = -1;
    if (this.current >= 0 && this.choice.index == index) return true;
    // They stand in their order, so that one of many is found as fast as one of a few.
    let at = 0;
    for (let end = this.count; at < end;) {
      const middle = (at + end) >> 1;
      if (this.choiceAt(middle).index < index) at = middle + 1;
      else end = middle;
    }
    if (at == this.count || this.choiceAt(at).index != index) {
      if (this.count == MAX_CHOICES) return false;
      insert(this.choices, at, offsetof<Choice>());
      this.count++;
      this.choiceAt(at).index = index;
    }
    this.current = at;
    return true;
  }

  /** Turns to the choice's tool call of that key; gives whether it is new. If there are too many, `call` is null. */
  chooseCall(key: i32): bool {
    const choice = this.choice;
    const number = numberOf(choice.index, key);
    let at = 0;
    for (let end = this.callCount; at < end;) {
      const middle = (at + end) >> 1;
      const call = this.callAt(middle);
      if (numberOf(call.choice, call.key) < number) at = middle + 1;
      else end = middle;
    }
    this.currentCall = at;
    if (at < this.callCount && numberOf(this.callAt(at).choice, this.callAt(at).key) == number) return false;
    this.currentCall = -1;
    if (this.callCount == MAX_CALLS) return false;
    insert(this.calls, at, offsetof<CallState>());
    this.callCount++;
    this.currentCall = at;
    const call = this.callAt(at);
    call.choice = choice.index;
    call.key = key;
    call.index = choice.calls++;
    return true;
  }

  /** Notes that the choice has finished. */
  finishChoice(): void {
    this.choice.isFinished = true;
    this.finished++;
  }

  /** Gives the memory back. */
  free(): void {
    this.choices.dispose();
    this.calls.dispose();
    this.count = 0;
    this.callCount = 0;
    this.current = -1;
    this.currentCall = -1;
  }
}

/** Makes room for an entry of zeros at a position. */
function insert(list: ByteBuffer, position: i32, size: usize): void {
  list.reserve(<u32>size);
  const at = list.start + <usize>position * size;
  memory.copy(at + size, at, list.start + list.size - at);
  memory.fill(at, 0, size);
  list.size += <i32>size;
}

// @ts-ignore: decorator
@inline
function numberOf(choice: i32, key: i32): u64 {
  return ((<u64>(<u32>choice)) << 32) | (<u64>(<u32>key));
}
