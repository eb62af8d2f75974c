import { USAGE_STATE } from "../../../assembly/ai/contract";
import { Choice, ToolCall } from "../../../assembly/ai/hub/choices";
import { FinishReason } from "../../../assembly/ai/hub/finish-reason";
import { CompletionWriter } from "../../../assembly/ai/protocols/openai-chat/completion-writer";
import { ChatReader } from "../../../assembly/ai/protocols/openai-chat/reader";
import { ReasoningMode } from "../../../assembly/ai/reasoning-mode";
import { TokenUsage } from "../../../assembly/ai/usage";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceEquals, sliceSize } from "../../../assembly/bytes/slice";
import { FilterState } from "../../../assembly/host/filter-state";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonError, jsonValidate } from "../../../assembly/json/validate";
import { SseDecoder } from "../../../assembly/sse/decoder";
import { ResponseShape } from "./shape";

const published = new FilterState(USAGE_STATE);
const document = new JsonDocument();

/** Writes the message of a response as it is stored, and notes why it is not. */
class EntryWriter extends CompletionWriter {
  /** Whether the message has tool calls. */
  hasToolCalls: bool = false;
  /** Whether the limit of tokens or a filter has cut the message. */
  isCut: bool = false;
  /** Whether something of the message was lost. */
  isLossy: bool = false;
  /** The bytes of its texts, which the writer holds until the end. */
  size: i32 = 0;
  private call: i32 = -1;

  constructor() {
    super(ReasoningMode.Passthrough);
  }

  override logprobs(choice: Choice, value: Slice): void {
    this.isLossy = true;
  }

  override signature(choice: Choice, value: Slice): void {
    this.isLossy = true;
  }

  protected override writeText(choice: Choice, piece: Slice): void {
    this.size += sliceSize(piece);
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

  protected override writeArguments(choice: Choice, call: ToolCall, piece: Slice): void {
    // Pieces of several calls in turn, which one message cannot be written from.
    if (call.index != this.call) this.isLossy = true;
    this.size += sliceSize(piece);
    super.writeArguments(choice, call, piece);
  }

  protected override writeFinish(choice: Choice, reason: FinishReason): void {
    if (reason == FinishReason.Length || reason == FinishReason.ContentFilter) this.isCut = true;
    super.writeFinish(choice, reason);
  }
}

/** Reads the response to a chat as it passes, and writes the message that is stored. One object a response. */
export class ChatRecorder extends ChatReader {
  private readonly shape: ResponseShape = new ResponseShape();
  private isTerminated: bool = false;

  private constructor(
    private readonly writer: EntryWriter,
    usage: TokenUsage,
  ) {
    super(writer, usage);
    writer.model = this.shape.model;
  }

  /** A recorder that reads the usage into `usage`. */
  static of(usage: TokenUsage): ChatRecorder {
    return new ChatRecorder(new EntryWriter(), usage);
  }

  /** Reads a whole response, whose text ends here. */
  pushBody(body: Slice, out: ByteBuffer): void {
    if (document.parse(body) != JsonError.None || !document.isObject) return;
    this.shape.read(document.root);
    this.writer.created = this.shape.created;
    this.isTerminated = this.readWhole(document, out);
  }

  /** The bytes of the message so far. */
  get size(): i32 {
    return this.writer.size;
  }

  /** Whether the response can still be stored. */
  get isStorable(): bool {
    const writer = this.writer;
    return this.shape.isStorable && !writer.isLossy && !writer.errorStatus;
  }

  /** Whether the response has ended as its protocol says, so that what was written is the whole message. */
  get isWhole(): bool {
    return this.isStorable && this.writer.hasEnded && this.isTerminated;
  }

  /** See `EntryWriter`. */
  get hasToolCalls(): bool {
    return this.writer.hasToolCalls;
  }

  /** See `EntryWriter`. */
  get isCut(): bool {
    return this.writer.isCut;
  }

  override free(): void {
    super.free();
    this.shape.dispose();
  }

  protected override onEvent(event: SseDecoder, out: ByteBuffer): void {
    const writer = this.writer;
    if (!this.isStorable || writer.hasEnded) return;
    if (event.hasData && sliceEquals(event.data, "[DONE]")) {
      this.isTerminated = true;
      this.readPublished();
    } else if (event.hasData && !event.tooLong && !jsonValidate(event.data)) {
      this.shape.read(event.data);
      writer.created = this.shape.created;
    }
    super.onEvent(event, out);
  }

  /** A client that does not ask for the usage gets none: ai-proxy knows it. */
  private readPublished(): void {
    const state = published.get();
    if (!this.tokens.seen && state && !jsonValidate(state)) this.tokens.read(state);
  }
}
