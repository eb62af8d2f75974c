import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, Slice, sliceOf, sliceSize } from "../bytes/slice";
import { escapeJson } from "../json/writer";
import { sseData, sseEnd } from "../sse/encoder";
import { repeatableId, writeCallId } from "./call-id";
import { CallState, Choice } from "./chat-stream-state";
import { TokenUsage } from "./usage";

const NOWHERE = new ByteBuffer();
/** A model of more bytes than this, as JSON, is left out: each chunk would repeat it. */
const LONGEST_MODEL = 1024;

/** What a delta is in the middle of. */
export const enum DeltaMember {
  None,
  Content,
  Reasoning,
  ToolCalls,
}

/** Writes the chunks of one OpenAI stream: their common head once for all, and a delta member by member. */
export class ChatChunk {
  /** Where the chunks go. */
  out: ByteBuffer = NOWHERE;
  /** The index of the choice that the open chunk belongs to, or -1 if none is open. */
  choice: i32 = -1;
  /** What all chunks begin with. The answer's id lies in it at `idStart`. */
  private head: ByteBuffer = new ByteBuffer();
  private idStart: i32 = 0;
  private idSize: i32 = 0;
  private member: DeltaMember = DeltaMember.None;
  /** The members that the open chunk has had, for a name must not come twice; bit 0 is the role. */
  private membersDone: u32 = 0;
  private openCall: i32 = -1;
  private logprobs: Slice = ABSENT;

  /** Whether it is known whose answer it is. */
  @inline
  get hasHead(): bool {
    return this.head.size > 0;
  }

  /** Sets what the chunks begin with. */
  setHead(id: Slice, created: i64, model: Slice): void {
    const head = this.head;
    id = repeatableId(id);
    head.clear();
    sseData(head);
    head.text('{"id":"');
    this.idStart = head.size;
    this.idSize = sliceSize(id);
    head.append(id).text('","object":"chat.completion.chunk","created":').integer(created).text(',"model":"');
    const before = head.size;
    escapeJson(model, head);
    if (head.size - before > LONGEST_MODEL) head.size = before;
    head.text('","choices":[');
  }

  /** Opens a chunk for the choice, if none is open, with the role if it is the first. */
  open(choice: Choice): void {
    if (this.choice >= 0) return;
    this.choice = choice.index;
    this.membersDone = 0;
    this.out.append(this.head.slice).text('{"index":').integer(choice.index).text(',"delta":{');
    if (choice.hasRole) return;
    choice.hasRole = true;
    this.membersDone = 1;
    this.out.text('"role":"assistant"');
  }

  /** Goes into a member of the delta, in a chunk of its own if this one has had it. */
  enter(choice: Choice, member: DeltaMember): void {
    this.open(choice);
    if (this.member == member) return;
    this.leave();
    if (this.membersDone & (1 << member)) {
      this.close();
      this.open(choice);
    }
    if (this.membersDone) this.out.byte(0x2c);
    this.membersDone |= 1 << member;
    this.member = member;
    if (member == DeltaMember.Content) {
      choice.hasContent = true;
      this.out.text('"content":"');
    } else {
      this.out.text(member == DeltaMember.Reasoning ? '"reasoning_content":"' : '"tool_calls":[');
    }
  }

  /** Writes the beginning of a new tool call, up to its arguments. */
  startCall(choice: Choice, call: CallState, id: Slice, name: Slice): void {
    this.enterCall(choice, call);
    const out = this.out;
    out.text('"id":');
    writeCallId(out, id, sliceOf(this.head.start + this.idStart, this.idSize), choice.index, call.index);
    out.text(',"type":"function","function":{"name":"').append(name).text('","arguments":"');
  }

  /** Goes into the arguments of a tool call that has begun. */
  enterArguments(choice: Choice, call: CallState): void {
    if (this.member == DeltaMember.ToolCalls && this.openCall == call.index) return;
    this.enterCall(choice, call);
    this.out.text('"function":{"arguments":"');
  }

  /** Gives the chunk of the choice a `logprobs` value. */
  setLogprobs(choice: Choice, value: Slice): void {
    this.open(choice);
    this.logprobs = value;
  }

  /** Ends the open chunk, if there is one. */
  close(): void {
    if (this.choice < 0) return;
    this.leave();
    this.out.byte(0x7d);
    if (this.logprobs != ABSENT) this.out.text(',"logprobs":').append(this.logprobs);
    this.out.text(',"finish_reason":null}]}');
    sseEnd(this.out);
    this.choice = -1;
    this.logprobs = ABSENT;
  }

  /** Writes a chunk that says why the choice has finished. */
  finish(choice: Choice, reason: string): void {
    this.out.append(this.head.slice).text('{"index":').integer(choice.index);
    this.out.text(',"delta":{},"finish_reason":"').text(reason).text('"}]}');
    sseEnd(this.out);
  }

  /** Writes the chunk that holds the usage and no choice. */
  usage(usage: TokenUsage): void {
    this.out.append(this.head.slice).text('],"usage":');
    usage.write(this.out);
    this.out.byte(0x7d);
    sseEnd(this.out);
  }

  /** Gives the memory back. */
  free(): void {
    this.head.dispose();
    this.out = NOWHERE;
  }

  /** Closes the member that is open. */
  private leave(): void {
    if (this.member == DeltaMember.ToolCalls) this.out.text(this.openCall < 0 ? "]" : '"}}]');
    else if (this.member != DeltaMember.None) this.out.byte(0x22);
    this.member = DeltaMember.None;
    this.openCall = -1;
  }

  private enterCall(choice: Choice, call: CallState): void {
    this.enter(choice, DeltaMember.ToolCalls);
    if (this.openCall >= 0) this.out.text('"}},');
    this.openCall = call.index;
    this.out.text('{"index":').integer(call.index).byte(0x2c);
  }
}
