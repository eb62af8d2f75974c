import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice, sliceSize, subslice } from "../../../bytes/slice";
import { escapeJson } from "../../../json/writer";
import { sseData, sseDone, sseEnd } from "../../../sse/encoder";
import { writeErrorObject } from "../../error";
import { Choice, ToolCall } from "../../hub/choices";
import { Citation } from "../../hub/citation";
import { FinishReason } from "../../hub/finish-reason";
import { ResponseSink } from "../../hub/response-sink";
import { ReasoningMode } from "../../reasoning-mode";
import { TokenUsage } from "../../usage";
import { writeAnnotation } from "./annotation";
import { repeatableId, writeCallId } from "./call-id";
import { DeltaMember, memberStart } from "./delta-member";
import { finishName } from "./finish";
import { writeReasoningDetail, writeRedactedDetail } from "./reasoning-details";

/** What every chunk begins with. */
const HEAD: string = 'data: {"id":"';
/** A model of more bytes than this, as JSON, is left out: each chunk would repeat it. */
const LONGEST_MODEL = 1024;

/** What was written of a choice, in `Choice.marks`. */
const enum Mark {
  Role = 1,
  Content = 2,
  /** `<think>` */
  ReasoningStart = 4,
  /** `</think>` */
  ReasoningEnd = 8,
  /** It has annotations, which wait for its end. */
  Annotated = 16,
  /** Added for each block of reasoning that has ended. */
  ReasoningBlock = 32,
}

/**
 * Writes OpenAI's stream of chunks. What belongs to one choice in a row becomes one chunk, which `flush` ends. The role
 * comes once a choice, in its first chunk; `[DONE]` comes once, at the end, also after an error.
 * https://platform.openai.com/docs/api-reference/chat/streaming
 */
export class ChunkWriter extends ResponseSink {
  private logprobsValue: Slice = ABSENT;
  /** What all chunks begin with: HEAD, the response's id, and the rest. */
  private readonly head: ByteBuffer = new ByteBuffer();
  private idSize: i32 = 0;
  /** The index of the choice whose chunk is open, or -1. */
  private open: i32 = -1;
  private member: DeltaMember = DeltaMember.None;
  /** The members that the open chunk has had, because a name must not come twice; bit 0 is the role. */
  private membersDone: u32 = 0;
  private openCall: i32 = -1;
  private counts: TokenUsage | null = null;
  /** The annotations of one choice, with commas between them; `null` before the first one. */
  private annotations: ByteBuffer | null = null;

  constructor(private readonly mode: ReasoningMode) {
    super();
  }

  begin(id: Slice): void {
    const head = this.head;
    id = repeatableId(id);
    head.clear();
    head.text(HEAD);
    this.idSize = sliceSize(id);
    head.append(id).text('","object":"chat.completion.chunk","created":').integer(this.created).text(',"model":"');
    const before = head.size;
    escapeJson(this.model.slice, head);
    if (head.size - before > LONGEST_MODEL) head.size = before;
    head.text('","choices":[');
  }

  logprobs(choice: Choice, value: Slice): void {
    this.turnTo(choice);
    this.logprobsValue = value;
  }

  override signature(choice: Choice, value: Slice): void {
    if (!this.reasoningFormat.length || this.mode != ReasoningMode.Passthrough) return;
    const rest = this.endReasoning(choice);
    if (rest != ABSENT) this.writeReasoning(choice, rest);
    this.enterDetails(choice);
    writeReasoningDetail(this.out, ABSENT, value, this.reasoningFormat, blocksOf(choice));
    choice.marks += Mark.ReasoningBlock;
  }

  override redactedReasoning(choice: Choice, data: Slice): void {
    if (!this.reasoningFormat.length || this.mode != ReasoningMode.Passthrough) return;
    this.enterDetails(choice);
    writeRedactedDetail(this.out, data, this.reasoningFormat, blocksOf(choice));
    choice.marks += Mark.ReasoningBlock;
  }

  usage(usage: TokenUsage): void {
    this.counts = usage;
  }

  flush(): void {
    if (this.open < 0) return;
    const out = this.out;
    const isText = this.member == DeltaMember.Content || this.member == DeltaMember.Reasoning;
    if (isText && this.logprobsValue == ABSENT) {
      out.text('"},"finish_reason":null}]}\n\n');
      this.member = DeltaMember.None;
    } else {
      this.leave();
      out.byte(0x7d);
      if (this.logprobsValue != ABSENT) out.text(',"logprobs":').append(this.logprobsValue);
      this.logprobsValue = ABSENT;
      out.text(',"finish_reason":null}]}\n\n');
    }
    this.open = -1;
  }

  override free(): void {
    super.free();
    this.head.dispose();
    const annotations = this.annotations;
    if (annotations) annotations.dispose();
  }

  protected writeText(choice: Choice, piece: Slice): void {
    if ((choice.marks & (Mark.ReasoningStart | Mark.ReasoningEnd)) == Mark.ReasoningStart) this.closeReasoning(choice);
    this.enter(choice, DeltaMember.Content);
    this.out.append(piece);
  }

  protected writeReasoning(choice: Choice, piece: Slice): void {
    if (this.mode == ReasoningMode.Ignore || choice.marks & Mark.ReasoningEnd) return;
    if (this.mode == ReasoningMode.Passthrough) {
      this.enter(choice, DeltaMember.Reasoning);
    } else {
      this.enter(choice, DeltaMember.Content);
      if (!(choice.marks & Mark.ReasoningStart)) this.out.text("<think>");
      choice.marks |= Mark.ReasoningStart;
    }
    this.out.append(piece);
    if (!this.reasoningFormat.length || this.mode != ReasoningMode.Passthrough) return;
    this.enter(choice, DeltaMember.Details);
    writeReasoningDetail(this.out, piece, ABSENT, this.reasoningFormat, blocksOf(choice));
  }

  /**
   * Annotations come at once, as those of OpenAI: its SDKs take the last list of a stream, or fail at the second one. Behind reasoning in the
   * content, no place is known.
   */
  protected override writeCitation(choice: Choice, citation: Citation): void {
    let annotations = this.annotations;
    if (annotations === null) this.annotations = annotations = new ByteBuffer();
    if (annotations.size) {
      if (!(choice.marks & Mark.Annotated)) return this.lose();
      annotations.byte(0x2c);
    }
    choice.marks |= Mark.Annotated;
    if (choice.marks & Mark.ReasoningStart) citation.place(0, 0);
    writeAnnotation(citation, annotations);
  }

  protected writeToolCall(choice: Choice, call: ToolCall, id: Slice, name: Slice): void {
    this.enterCall(choice, call);
    const out = this.out;
    out.text('"id":');
    writeCallId(out, id, subslice(this.head.slice, HEAD.length, HEAD.length + this.idSize), choice.index, call.index);
    out.text(',"type":"function","function":{"name":"').append(name).text('","arguments":"');
  }

  /** The id is not changed: this call may have one already that was made for it. */
  protected override addToCall(choice: Choice, call: ToolCall, id: Slice, name: Slice): void {
    if (!sliceSize(name)) return;
    this.enterCall(choice, call);
    this.out.text('"function":{"name":"').append(name).text('","arguments":"');
  }

  protected writeArguments(choice: Choice, call: ToolCall, piece: Slice): void {
    this.turnTo(choice);
    if (this.member != DeltaMember.ToolCalls || this.openCall != call.index) {
      this.enterCall(choice, call);
      this.out.text('"function":{"arguments":"');
    }
    this.out.append(piece);
  }

  protected writeFinish(choice: Choice, reason: FinishReason): void {
    const marks = choice.marks;
    if ((marks & (Mark.ReasoningStart | Mark.ReasoningEnd)) == Mark.ReasoningStart) this.closeReasoning(choice);
    // OpenAI's responses have a content, which may be empty, unless they are tool calls.
    if (!(choice.marks & Mark.Content) && choice.calls == 0) this.enter(choice, DeltaMember.Content);
    if (choice.marks & Mark.Annotated) this.annotate(choice);
    this.flush();
    const out = this.out;
    out.append(this.head.slice).text('{"index":').integer(choice.index);
    out.text(',"delta":{},"finish_reason":"').text(finishName(reason)).text('"}]}\n\n');
  }

  protected writeEnd(): void {
    this.flush();
    const counts = this.counts;
    const out = this.out;
    if (counts && this.wantsUsage && this.head.size) {
      out.append(this.head.slice).text('],"usage":');
      counts.write(out);
      out.byte(0x7d);
      sseEnd(out);
    }
    sseDone(out);
  }

  protected writeFailure(status: i32, message: Slice, code: Slice): void {
    this.flush();
    const out = this.out;
    sseData(out);
    writeErrorObject(out, status, message, ABSENT, code);
    sseEnd(out);
    sseDone(out);
  }

  /** Opens a chunk for the choice, unless it is open, with the role if it is the first. */
  @inline
  private turnTo(choice: Choice): void {
    if (this.open != choice.index) this.openChunk(choice);
  }

  private openChunk(choice: Choice): void {
    this.flush();
    this.open = choice.index;
    this.membersDone = 0;
    const out = this.out.append(this.head.slice);
    if (choice.index) out.text('{"index":').integer(choice.index).text(',"delta":{');
    else out.text('{"index":0,"delta":{');
    if (choice.marks & Mark.Role) return;
    choice.marks |= Mark.Role;
    this.membersDone = 1;
    out.text('"role":"assistant"');
  }

  /** Goes into a member of the delta, in a chunk of its own if this one has had it. */
  private enter(choice: Choice, member: DeltaMember): void {
    this.turnTo(choice);
    if (this.member == member) return;
    this.leave();
    if (this.membersDone & (1 << member)) {
      this.flush();
      this.openChunk(choice);
    }
    if (this.membersDone) this.out.byte(0x2c);
    this.membersDone |= 1 << member;
    this.member = member;
    if (member == DeltaMember.Content) {
      choice.marks |= Mark.Content;
      this.out.text('"content":"');
    } else {
      this.out.text(memberStart(member));
    }
  }

  /** Goes into the list of details, in a chunk of its own: one that has them is whole. */
  private enterDetails(choice: Choice): void {
    if (this.open == choice.index && this.member == DeltaMember.Details) this.flush();
    this.enter(choice, DeltaMember.Details);
  }

  private annotate(choice: Choice): void {
    this.enter(choice, DeltaMember.Annotations);
    const annotations = this.annotations!;
    this.out.append(annotations.slice);
    annotations.clear();
  }

  private enterCall(choice: Choice, call: ToolCall): void {
    this.enter(choice, DeltaMember.ToolCalls);
    if (this.openCall >= 0) this.out.text('"}},');
    this.openCall = call.index;
    this.out.text('{"index":').integer(call.index).byte(0x2c);
  }

  /** Closes the member that is open. */
  private leave(): void {
    if (this.member == DeltaMember.ToolCalls) this.out.text(this.openCall < 0 ? "]" : '"}}]');
    else if (this.member >= DeltaMember.Details) this.out.byte(0x5d);
    else if (this.member != DeltaMember.None) this.out.byte(0x22);
    this.member = DeltaMember.None;
    this.openCall = -1;
  }

  private closeReasoning(choice: Choice): void {
    this.enter(choice, DeltaMember.Content);
    const rest = this.endReasoning(choice);
    if (rest != ABSENT) this.out.append(rest);
    choice.marks |= Mark.ReasoningEnd;
    this.out.text("</think>\\n");
  }
}

/** How many blocks of reasoning of a choice have ended. */
function blocksOf(choice: Choice): i32 {
  return <i32>(choice.marks / Mark.ReasoningBlock);
}
