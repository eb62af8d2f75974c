import { Choice, ToolCall } from "../../../assembly/ai/hub/choices";
import { Citation } from "../../../assembly/ai/hub/citation";
import { FinishReason } from "../../../assembly/ai/hub/finish-reason";
import { CompletionWriter } from "../../../assembly/ai/protocols/openai-chat/completion-writer";
import { isBlank } from "../../../assembly/ai/protocols/messages/blank";
import { ReasoningMode } from "../../../assembly/ai/reasoning-mode";
import { ABSENT, Slice, sliceSize } from "../../../assembly/bytes/slice";

/** Writes the message of a response as it is stored, and notes why it is not. */
export class EntryWriter extends CompletionWriter {
  /** Whether the message has tool calls. */
  hasToolCalls: bool = false;
  /** Whether the limit of tokens or a filter has cut the message. */
  isCut: bool = false;
  /** Whether something of the message was lost. */
  isLossy: bool = false;
  /** Whether the response has ended as its protocol says. */
  isTerminated: bool = false;
  /** Whether the message has a text that is not blank. */
  private hasText: bool = false;
  /** The bytes of its texts, which the writer holds until the end. */
  size: i32 = 0;
  /** How many things the event has said that is read. */
  steps: i32 = 0;
  /** The last piece of text among them. */
  piece: Slice = ABSENT;
  /** Whether that is reasoning. */
  isReasoning: bool = false;
  private call: i32 = -1;

  constructor() {
    super(ReasoningMode.Passthrough);
  }

  /** Whether the response can still be stored. */
  get isStorable(): bool {
    return !this.isLossy && !this.errorStatus;
  }

  /** Whether what was written is the whole message, and says something: an empty one would be repeated until it expires. */
  get isWhole(): bool {
    return this.isStorable && this.hasEnded && this.isTerminated && (this.hasText || this.hasToolCalls);
  }

  /** Begins another event. */
  beginEvent(): void {
    this.steps = 0;
    this.piece = ABSENT;
  }

  override text(choice: Choice, piece: Slice): void {
    this.step(piece, false);
    super.text(choice, piece);
  }

  override reasoning(choice: Choice, piece: Slice): void {
    this.step(piece, true);
    super.reasoning(choice, piece);
  }

  override toolCall(choice: Choice, key: i32, id: Slice, name: Slice): ToolCall | null {
    this.steps++;
    const call = super.toolCall(choice, key, id, name);
    // There are too many.
    if (call === null) this.isLossy = true;
    return call;
  }

  override finish(choice: Choice, reason: FinishReason): void {
    this.steps++;
    super.finish(choice, reason);
  }

  override logprobs(choice: Choice, value: Slice): void {
    this.isLossy = true;
  }

  override signature(choice: Choice, value: Slice): void {
    this.isLossy = true;
  }

  override redactedReasoning(choice: Choice, data: Slice): void {
    this.isLossy = true;
  }

  override lose(): void {
    this.isLossy = true;
  }

  protected override writeCitation(choice: Choice, citation: Citation): void {
    this.isLossy = true;
  }

  protected override writeText(choice: Choice, piece: Slice): void {
    this.size += sliceSize(piece);
    if (!this.hasText) this.hasText = !isBlank(piece);
    super.writeText(choice, piece);
  }

  protected override writeReasoning(choice: Choice, piece: Slice): void {
    this.size += sliceSize(piece);
    super.writeReasoning(choice, piece);
  }

  protected override writeToolCall(choice: Choice, call: ToolCall, id: Slice, name: Slice): void {
    this.hasToolCalls = true;
    this.size += sliceSize(id) + sliceSize(name);
    this.call = call.index;
    super.writeToolCall(choice, call, id, name);
  }

  /** A call is written at once: what comes later of its id and its name is lost. */
  protected override addToCall(choice: Choice, call: ToolCall, id: Slice, name: Slice): void {
    this.isLossy = true;
  }

  protected override writeArguments(choice: Choice, call: ToolCall, piece: Slice): void {
    // Pieces of several calls in turn, which one message cannot be written from.
    if (call.index != this.call) this.isLossy = true;
    this.size += sliceSize(piece);
    super.writeArguments(choice, call, piece);
  }

  protected override writeFinish(choice: Choice, reason: FinishReason): void {
    if (reason == FinishReason.Length || reason == FinishReason.ContentFilter) this.isCut = true;
    if (reason == FinishReason.ToolCalls && !this.hasToolCalls) this.isLossy = true;
    super.writeFinish(choice, reason);
  }

  private step(piece: Slice, isReasoning: bool): void {
    if (!sliceSize(piece)) return;
    this.steps++;
    this.piece = piece;
    this.isReasoning = isReasoning;
  }
}
