import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice, subslice } from "../../../bytes/slice";
import { escapeJson } from "../../../json/writer";
import { writeErrorObject } from "../../error";
import { Choice, ToolCall } from "../../hub/choices";
import { Citation } from "../../hub/citation";
import { FinishReason } from "../../hub/finish-reason";
import { ResponseSink } from "../../hub/response-sink";
import { ReasoningMode } from "../../reasoning-mode";
import { TokenUsage } from "../../usage";
import { writeAnnotation } from "./annotation";
import { repeatableId, writeCallId } from "./call-id";
import { finishName } from "./finish";
import { writeReasoningDetail, writeRedactedDetail } from "./reasoning-details";

/**
 * Writes OpenAI's `chat.completion` object: what OpenAI's clients put together from the chunks of `ChunkWriter` for the same
 * events. The reader gives one choice after the other, and one tool call after the other.
 * https://platform.openai.com/docs/api-reference/chat/object
 */
export class CompletionWriter extends ResponseSink {
  /** The response's id as tool calls repeat it. */
  private readonly id: ByteBuffer = new ByteBuffer();
  /** The reasoning and the tool calls of the open choice: they stand behind its content. */
  private readonly reasoningText: ByteBuffer = new ByteBuffer();
  private readonly calls: ByteBuffer = new ByteBuffer();
  /** The elements of `reasoning_details` of the open choice. */
  private readonly details: ByteBuffer = new ByteBuffer();
  /** The elements of `annotations` of the open choice. */
  private readonly annotations: ByteBuffer = new ByteBuffer();
  /** How many blocks of reasoning the open choice has, and where the text of the open one begins in `reasoningText`. */
  private blocks: i32 = 0;
  private blockStart: i32 = 0;
  /** Where the response begins in `out`. */
  private start: i32 = 0;
  /** The index of the open choice, or -1. */
  private open: i32 = -1;
  private count: i32 = 0;
  private openCall: i32 = -1;
  private hasContent: bool = false;
  private isInReasoning: bool = false;
  /** Whether the content of the open choice begins with reasoning. */
  private hasReasoning: bool = false;
  private logprobsValue: Slice = ABSENT;
  private counts: TokenUsage | null = null;

  constructor(private readonly mode: ReasoningMode) {
    super();
  }

  begin(id: Slice): void {
    const out = this.out;
    this.start = out.size;
    this.id.append(repeatableId(id));
    out.text('{"id":"').append(this.id.slice);
    out.text('","object":"chat.completion","created":').integer(this.created).text(',"model":"');
    escapeJson(this.model.slice, out);
    out.text('","choices":[');
  }

  logprobs(choice: Choice, value: Slice): void {
    this.turnTo(choice);
    this.logprobsValue = value;
  }

  usage(usage: TokenUsage): void {
    this.counts = usage;
  }

  override signature(choice: Choice, value: Slice): void {
    if (!this.hasDetails) return;
    const rest = this.endReasoning(choice);
    if (rest != ABSENT) this.writeReasoning(choice, rest);
    this.turnTo(choice);
    this.endBlock(value);
  }

  override redactedReasoning(choice: Choice, data: Slice): void {
    if (!this.hasDetails) return;
    this.turnTo(choice);
    writeRedactedDetail(this.detail(), data, this.reasoningFormat, this.blocks++);
  }

  flush(): void {}

  override free(): void {
    super.free();
    this.id.dispose();
    this.reasoningText.dispose();
    this.calls.dispose();
    this.details.dispose();
    this.annotations.dispose();
  }

  protected writeText(choice: Choice, piece: Slice): void {
    this.openContent(choice);
    if (this.isInReasoning) this.closeReasoning();
    this.out.append(piece);
  }

  protected writeReasoning(choice: Choice, piece: Slice): void {
    if (this.mode == ReasoningMode.Ignore) return;
    if (this.mode == ReasoningMode.Passthrough) {
      this.turnTo(choice);
      this.reasoningText.append(piece);
      return;
    }
    // Behind the first content there is no place for it.
    const isFirst = this.open != choice.index || !this.hasContent;
    if (!isFirst && !this.isInReasoning) return;
    this.openContent(choice);
    if (isFirst) this.out.text("<think>");
    this.isInReasoning = true;
    this.hasReasoning = true;
    this.out.append(piece);
  }

  protected override writeCitation(choice: Choice, citation: Citation): void {
    this.turnTo(choice);
    if (this.annotations.size) this.annotations.byte(0x2c);
    if (this.hasReasoning) citation.place(0, 0);
    writeAnnotation(citation, this.annotations);
  }

  protected writeToolCall(choice: Choice, call: ToolCall, id: Slice, name: Slice): void {
    this.turnTo(choice);
    const calls = this.calls;
    calls.text(call.index ? '"}},{"id":' : '{"id":');
    writeCallId(calls, id, this.id.slice, choice.index, call.index);
    calls.text(',"type":"function","function":{"name":"').append(name).text('","arguments":"');
    this.openCall = call.index;
  }

  protected writeArguments(choice: Choice, call: ToolCall, piece: Slice): void {
    if (this.open == choice.index && this.openCall == call.index) this.calls.append(piece);
  }

  protected writeFinish(choice: Choice, reason: FinishReason): void {
    this.turnTo(choice);
    const out = this.out;
    if (this.isInReasoning) this.closeReasoning();
    if (this.hasContent) out.byte(0x22);
    else if (this.openCall < 0) out.text('""');
    // Without a word of content but with tool calls, the content is `null`.
    else out.text("null");
    if (this.reasoningText.size) out.text(',"reasoning_content":"').append(this.reasoningText.slice).byte(0x22);
    if (this.reasoningText.size > this.blockStart && this.hasDetails) this.endBlock(ABSENT);
    if (this.details.size) out.text(',"reasoning_details":[').append(this.details.slice).byte(0x5d);
    if (this.openCall >= 0) out.text(',"tool_calls":[').append(this.calls.slice).text('"}}]');
    if (this.annotations.size) out.text(',"annotations":[').append(this.annotations.slice).byte(0x5d);
    out.text('},"logprobs":');
    if (this.logprobsValue == ABSENT) out.text("null");
    else out.append(this.logprobsValue);
    out.text(',"finish_reason":"').text(finishName(reason)).text('"}');
    this.open = -1;
  }

  protected writeEnd(): void {
    const out = this.out.byte(0x5d);
    const counts = this.counts;
    if (counts) {
      out.text(',"usage":');
      counts.write(out);
    }
    out.byte(0x7d);
  }

  protected writeFailure(status: i32, message: Slice, code: Slice): void {
    this.out.size = this.start;
    writeErrorObject(this.out, status, message, ABSENT, code);
  }

  /** Opens the choice, unless it is open. */
  private turnTo(choice: Choice): void {
    if (this.open == choice.index) return;
    if (this.count++) this.out.byte(0x2c);
    this.open = choice.index;
    this.openCall = -1;
    this.hasContent = false;
    this.isInReasoning = false;
    this.hasReasoning = false;
    this.logprobsValue = ABSENT;
    this.reasoningText.clear();
    this.calls.clear();
    this.details.clear();
    this.annotations.clear();
    this.blocks = 0;
    this.blockStart = 0;
    this.out.text('{"index":').integer(choice.index).text(',"message":{"role":"assistant","content":');
  }

  /** Whether the client gets the provider's blocks of reasoning beside their text. */
  private get hasDetails(): bool {
    return this.reasoningFormat.length > 0 && this.mode == ReasoningMode.Passthrough;
  }

  private detail(): ByteBuffer {
    return this.details.size ? this.details.byte(0x2c) : this.details;
  }

  /** Ends a block of reasoning, with its signature if it has one. */
  private endBlock(signature: Slice): void {
    const text = subslice(this.reasoningText.slice, this.blockStart);
    writeReasoningDetail(this.detail(), text, signature, this.reasoningFormat, this.blocks++);
    this.blockStart = this.reasoningText.size;
  }

  private openContent(choice: Choice): void {
    this.turnTo(choice);
    if (this.hasContent) return;
    this.hasContent = true;
    this.out.byte(0x22);
  }

  private closeReasoning(): void {
    this.isInReasoning = false;
    this.out.text("</think>\\n");
  }
}
