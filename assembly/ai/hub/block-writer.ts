import { ByteBuffer } from "../../bytes/buffer";
import { ABSENT, Slice, sliceSize, subslice } from "../../bytes/slice";
import { isBlank } from "../protocols/messages/blank";
import { repeatableId } from "../protocols/openai-chat/call-id";
import { TokenUsage } from "../usage";
import { Choice, ToolCall } from "./choices";
import { Citation } from "./citation";
import { FinishReason } from "./finish-reason";
import { CallPart, HeldCalls } from "./held-calls";
import { ResponseSink } from "./response-sink";

/** More text than this is not held until the tool calls before it have ended. */
const MOST_LATE = 1 << 20;

/** What a block holds. */
export const enum BlockKind {
  None,
  Text,
  Thinking,
  ToolUse,
}

const UNORDERED = "The provider mixed the pieces of tool calls in a way that cannot be told apart.";
const NAMELESS = "The provider sent a tool call without a name.";
const RENAMED = "The provider changed the name of a tool call that had begun.";
const TOO_LARGE = "The provider mixed the pieces of several tool calls, and they are too large to be put in order.";
/** The code of these errors. */
const BAD_CALL = "upstream_tool_call_invalid";
/** Hold the id and the name of the call that begins. */
const callId = new ByteBuffer();
const callName = new ByteBuffer();

/**
 * Puts what a model says into blocks that follow each other, as Anthropic's content blocks and the output items of OpenAI's
 * Responses do: each is whole before the next one begins. A tool call begins with its first arguments, when its name is known and the
 * call before it is whole; till then it is held. Text between the pieces of tool calls stands behind them. The
 * response has one choice: others are left out.
 * https://platform.claude.com/docs/en/build-with-claude/streaming
 */
export abstract class BlockWriter extends ResponseSink {
  /** The response's id as tool calls without an id repeat it. */
  protected readonly id: ByteBuffer = new ByteBuffer();
  /** The index of the block that is open, or was last; -1 before the first one. */
  protected index: i32 = -1;
  protected counts: TokenUsage | null = null;
  protected reason: FinishReason = FinishReason.None;
  private kind: BlockKind = BlockKind.None;
  private openCall: i32 = -1;
  private hasCalls: bool = false;
  /** The tool calls that have not begun; made with the first one. */
  private held: HeldCalls | null = null;
  /** The sources of the open block of text, JSON objects with commas between them. */
  protected readonly sources: ByteBuffer = new ByteBuffer();
  /** Text that came while a tool call was open. */
  private readonly late: ByteBuffer = new ByteBuffer();

  /** `hidesReasoning`: the client gets none. */
  constructor(private readonly hidesReasoning: bool) {
    super();
  }

  begin(id: Slice): void {
    // One that is too long, or missing, is replaced.
    if (!this.id.append(repeatableId(id)).size) this.id.integer(this.created);
    this.writeStart(this.id.slice);
  }

  logprobs(choice: Choice, value: Slice): void {}

  usage(usage: TokenUsage): void {
    this.counts = usage;
  }

  flush(): void {}

  override signature(choice: Choice, value: Slice): void {
    this.sign(choice, value, false);
  }

  /** Ends the block of reasoning, or with `isAlone` one of its own, with a signature. */
  protected sign(choice: Choice, value: Slice, isAlone: bool): void {
    if (choice.index != 0 || this.hidesReasoning || this.hasEnded) return;
    if (isAlone || this.kind != BlockKind.Thinking) this.enter(choice, BlockKind.Thinking);
    if (this.hasEnded) return;
    this.endReasoningText(choice);
    this.writeSignature(value);
    this.leave();
  }

  override free(): void {
    super.free();
    this.id.dispose();
    this.sources.dispose();
    this.late.dispose();
    const held = this.held;
    if (held) held.dispose();
    this.held = null;
  }

  /** Writes what comes before the first block. */
  protected abstract writeStart(id: Slice): void;
  /** Begins a block of text or thinking. */
  protected abstract startBlock(kind: BlockKind): void;
  protected abstract startToolUse(call: ToolCall, id: Slice, name: Slice): void;
  /** Adds to the block that is open. */
  protected abstract addPiece(kind: BlockKind, piece: Slice): void;
  protected abstract writeSignature(value: Slice): void;
  protected abstract stopBlock(kind: BlockKind): void;
  /** Appends a source as the protocol writes it. */
  protected writeSource(citation: Citation, out: ByteBuffer): void {}
  /** The block of text that is open has another source, which is the last one of `sources`. */
  protected onSource(source: Slice): void {}

  protected writeText(choice: Choice, piece: Slice): void {
    if (choice.index != 0 || this.hasEnded) return;
    if (this.kind != BlockKind.ToolUse) return this.add(choice, BlockKind.Text, piece);
    if (this.late.size > MOST_LATE) this.failCall(TOO_LARGE);
    else this.late.append(piece);
  }

  protected writeReasoning(choice: Choice, piece: Slice): void {
    if (choice.index == 0 && !this.hidesReasoning) this.add(choice, BlockKind.Thinking, piece);
  }

  /** A block of text that has ended takes no more: what comes behind tool calls is left out. */
  protected override writeCitation(choice: Choice, citation: Citation): void {
    if (choice.index != 0 || this.hasEnded) return;
    if (this.kind == BlockKind.ToolUse) return this.lose();
    if (this.kind != BlockKind.Text) this.enter(choice, BlockKind.Text);
    if (this.hasEnded) return;
    const sources = this.sources;
    if (sources.size) sources.byte(0x2c);
    const from = sources.size;
    this.writeSource(citation, sources);
    this.onSource(subslice(sources.slice, from));
  }

  protected writeToolCall(choice: Choice, call: ToolCall, id: Slice, name: Slice): void {
    if (choice.index != 0 || this.hasEnded) return;
    this.hasCalls = true;
    let held = this.held;
    if (held === null) this.held = held = new HeldCalls();
    held.enter(call, held.last < 0 ? null : this.findCall(choice, held.last));
    this.hold(call, CallPart.Id, id);
    this.hold(call, CallPart.Name, name);
  }

  protected override addToCall(choice: Choice, call: ToolCall, id: Slice, name: Slice): void {
    if (choice.index != 0 || this.hasEnded) return;
    if (!call.isHeld) {
      if (sliceSize(name)) this.failCall(RENAMED);
      return;
    }
    this.hold(call, CallPart.Id, id);
    this.hold(call, CallPart.Name, name);
    this.beginCalls(choice);
  }

  protected writeArguments(choice: Choice, call: ToolCall, piece: Slice): void {
    if (choice.index != 0 || this.hasEnded) return;
    if (call.isHeld) this.hold(call, CallPart.Arguments, piece);
    else if (this.kind == BlockKind.ToolUse && this.openCall == call.index) this.addArguments(piece);
    else if (!isBlank(piece)) this.failCall(UNORDERED);
    this.beginCalls(choice);
  }

  protected writeFinish(choice: Choice, reason: FinishReason): void {
    if (choice.index != 0 || this.hasEnded) return;
    // Some providers end tool calls with `stop`.
    this.reason = reason == FinishReason.Stop && this.hasCalls ? FinishReason.ToolCalls : reason;
    this.endCalls(choice);
    if (this.hasEnded || !this.late.size) return;
    this.add(choice, BlockKind.Text, this.late.slice);
    this.leave();
  }

  /** Ends the response before the model did, within a block. */
  protected endEarly(reason: FinishReason): void {
    this.reason = reason;
    this.leave();
    this.end();
  }

  private hold(call: ToolCall, part: CallPart, piece: Slice): void {
    if (!this.hasEnded && !this.held!.add(call, part, piece)) this.failCall(TOO_LARGE);
  }

  private addArguments(piece: Slice): void {
    this.held!.open.take(piece);
    this.addPiece(BlockKind.ToolUse, piece);
  }

  /** Begins the calls whose turn it is and that are ready. */
  private beginCalls(choice: Choice): void {
    const held = this.held!;
    while (held.first >= 0 && !this.hasEnded && (this.kind != BlockKind.ToolUse || held.open.isWhole)) {
      const call = this.findCall(choice, held.first)!;
      if (call.heldParts < (CallPart.Name | CallPart.Arguments)) return;
      this.beginCall(choice, call);
    }
  }

  /** Ends the open block, and writes the calls that are left. */
  private endCalls(choice: Choice): void {
    this.leave();
    const held = this.held;
    while (held && held.first >= 0 && !this.hasEnded) {
      const call = this.findCall(choice, held.first)!;
      if (!(call.heldParts & CallPart.Name)) return this.failCall(NAMELESS);
      this.beginCall(choice, call);
      this.leave();
    }
  }

  /** Begins the call that waits longest, and writes what is held of it. */
  private beginCall(choice: Choice, call: ToolCall): void {
    const held = this.held!;
    this.leaveFor(choice, BlockKind.ToolUse);
    if (this.hasEnded) return;
    this.index++;
    this.kind = BlockKind.ToolUse;
    this.openCall = call.index;
    held.open.restart();
    this.startToolUse(call, held.join(call, CallPart.Id, callId), held.join(call, CallPart.Name, callName));
    let at = held.next(call.firstPiece, CallPart.Arguments);
    for (; at && !this.hasEnded; at = held.next(held.after(at), CallPart.Arguments)) this.addArguments(held.text(at));
    held.leave(call);
  }

  private failCall(why: string): void {
    this.failWith(why, BAD_CALL);
  }

  private add(choice: Choice, kind: BlockKind, piece: Slice): void {
    if (this.hasEnded) return;
    if (this.kind != kind) this.enter(choice, kind);
    if (!this.hasEnded) this.addPiece(kind, piece);
  }

  /** Begins a block of text or thinking behind the open one. */
  private enter(choice: Choice, kind: BlockKind): void {
    this.leaveFor(choice, kind);
    if (this.hasEnded) return;
    this.index++;
    this.kind = kind;
    this.sources.clear();
    this.startBlock(kind);
  }

  /** Ends the open block with the rest of its text, before one of another kind. */
  private leaveFor(choice: Choice, kind: BlockKind): void {
    if (this.kind == BlockKind.Thinking) this.endReasoningText(choice);
    else if (this.kind == BlockKind.Text) {
      const rest = choice.end();
      if (rest != ABSENT) this.addPiece(BlockKind.Text, rest);
    }
    this.leave();
  }

  private endReasoningText(choice: Choice): void {
    const rest = this.endReasoning(choice);
    if (rest != ABSENT) this.addPiece(BlockKind.Thinking, rest);
  }

  private leave(): void {
    if (this.kind != BlockKind.None) this.stopBlock(this.kind);
    this.kind = BlockKind.None;
    this.openCall = -1;
  }
}
