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
    return changetype<Choice>(this.choices.start + <usize>this.current * offsetof<Choice>());
  }

  /** The tool call that was chosen last, or null. */
  @inline
  get call(): CallState | null {
    return this.currentCall < 0 ? null : this.callAt(this.currentCall);
  }

  /** The tool call at a position in the order in which they began. */
  @inline
  callAt(position: i32): CallState {
    return changetype<CallState>(this.calls.start + <usize>position * offsetof<CallState>());
  }

  /** Turns to the choice of that index, a new one if there is none; false if there are too many. */
  choose(index: i32): bool {
    this.currentCall = -1;
    if (this.current >= 0 && this.choice.index == index) return true;
    for (this.current = 0; this.current < this.count; this.current++) if (this.choice.index == index) return true;
    this.current = this.count - 1;
    if (this.count == MAX_CHOICES) return false;
    append(this.choices, offsetof<Choice>());
    this.current = this.count++;
    this.choice.index = index;
    return true;
  }

  /** Turns to the choice's tool call of that key; gives whether it is new. If there are too many, `call` is null. */
  chooseCall(key: i32): bool {
    const choice = this.choice;
    for (let i = 0; i < this.callCount; i++) {
      const call = this.callAt(i);
      if (call.key != key || call.choice != choice.index) continue;
      this.currentCall = i;
      return false;
    }
    this.currentCall = -1;
    if (this.callCount == MAX_CALLS) return false;
    append(this.calls, offsetof<CallState>());
    this.currentCall = this.callCount++;
    const call = this.callAt(this.currentCall);
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

function append(list: ByteBuffer, size: usize): void {
  memory.fill(list.reserve(<i32>size), 0, size);
  list.size += <i32>size;
}
