import { ByteBuffer } from "../../bytes/buffer";
import { ABSENT, Slice } from "../../bytes/slice";
import { repeatableId } from "../protocols/openai-chat/call-id";
import { TokenUsage } from "../usage";
import { Choice, ToolCall } from "./choices";
import { FinishReason } from "./finish-reason";
import { ResponseSink } from "./response-sink";

const BAD_GATEWAY = 502;
/** More text than this is not held until the tool calls before it have ended. */
const MOST_LATE = 1 << 20;

/** What a block holds. */
export const enum BlockKind {
  None,
  Text,
  Thinking,
  ToolUse,
}

const unordered = new ByteBuffer().text("The provider mixed the pieces of several tool calls.");

/**
 * Puts what a model says into blocks that follow each other, as Anthropic's content blocks and the output items of OpenAI's
 * Responses do: each is whole before the next one begins. Text between the pieces of tool calls stands behind them. The
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
    this.late.dispose();
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

  protected writeText(choice: Choice, piece: Slice): void {
    if (choice.index != 0 || this.hasEnded) return;
    if (this.kind != BlockKind.ToolUse) return this.add(choice, BlockKind.Text, piece);
    if (this.late.size > MOST_LATE) this.fail(BAD_GATEWAY, unordered.slice, ABSENT);
    else this.late.append(piece);
  }

  protected writeReasoning(choice: Choice, piece: Slice): void {
    if (choice.index == 0 && !this.hidesReasoning) this.add(choice, BlockKind.Thinking, piece);
  }

  protected writeToolCall(choice: Choice, call: ToolCall, id: Slice, name: Slice): void {
    if (choice.index != 0 || this.hasEnded) return;
    this.leaveFor(choice, BlockKind.ToolUse);
    if (this.hasEnded) return;
    this.index++;
    this.kind = BlockKind.ToolUse;
    this.openCall = call.index;
    this.hasCalls = true;
    this.startToolUse(call, id, name);
  }

  protected writeArguments(choice: Choice, call: ToolCall, piece: Slice): void {
    if (choice.index != 0 || this.hasEnded) return;
    if (this.kind == BlockKind.ToolUse && this.openCall == call.index) this.addPiece(BlockKind.ToolUse, piece);
    else this.fail(BAD_GATEWAY, unordered.slice, ABSENT);
  }

  protected writeFinish(choice: Choice, reason: FinishReason): void {
    if (choice.index != 0 || this.hasEnded) return;
    // Some providers end tool calls with `stop`.
    this.reason = reason == FinishReason.Stop && this.hasCalls ? FinishReason.ToolCalls : reason;
    this.leave();
    if (!this.late.size) return;
    this.add(choice, BlockKind.Text, this.late.slice);
    this.leave();
  }

  /** Ends the response before the model did, within a block. */
  protected endEarly(reason: FinishReason): void {
    this.reason = reason;
    this.leave();
    this.end();
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
