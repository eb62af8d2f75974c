import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, Slice } from "../bytes/slice";
import { sseData, sseDone, sseEnd } from "../sse/encoder";
import { ChatChunk, DeltaMember } from "./chat-chunk";
import { ChatStreamState } from "./chat-stream-state";
import { ReasoningMode } from "./reasoning-mode";
import { endText, StreamText, takePiece, takeRest, writePiece, writeReplacement } from "./stream-text";
import { TokenUsage } from "./usage";

/**
 * Writes an answer as OpenAI's stream of chunks while another provider's stream comes in. Texts and tokens are contents
 * of JSON strings and are copied as they are. What belongs to one choice in a row becomes one chunk, which `flush` ends.
 * The role comes once a choice, so does the finish reason; nothing follows `[DONE]`, which comes once.
 *
 * @example
 * stream.writeTo(out);
 * stream.begin(id, created, model);
 * if (stream.choose(0)) stream.content(text);
 * stream.flush();
 */
export class ChatStream {
  /** Whether `[DONE]` was written. */
  hasEnded: bool = false;
  private chunk: ChatChunk = new ChatChunk();
  private state: ChatStreamState = new ChatStreamState();

  /** `cumulative`: every piece of a text is all of it so far, and only what is new goes out. */
  constructor(
    private mode: ReasoningMode,
    private cumulative: bool = false,
  ) {}

  /** Names the buffer that is written to from now on. */
  writeTo(out: ByteBuffer): void {
    this.chunk.out = out;
  }

  /** Says whose answer it is: its id as the content of a JSON string, the model as UTF-8. Only the first call counts. */
  begin(id: Slice, created: i64, model: Slice): void {
    if (!this.chunk.hasHead) this.chunk.setHead(id, created, model);
  }

  /** Turns to a choice; false if it has finished, or if there are too many. `begin` must have been called. */
  choose(index: i32): bool {
    if (this.hasEnded) return false;
    if (this.chunk.choice != index) this.chunk.close();
    return this.state.choose(index) && !this.state.choice.isFinished;
  }

  /** Adds to the content of the choice. */
  content(piece: Slice): void {
    const choice = this.state.choice;
    const text = this.take(choice.content, piece);
    if (text == ABSENT) return;
    this.closeThinking();
    this.chunk.enter(choice, DeltaMember.Content);
    writePiece(text, this.chunk.out);
  }

  /** Adds to the reasoning of the choice. */
  reasoning(piece: Slice): void {
    const choice = this.state.choice;
    if (this.mode == ReasoningMode.Ignore || choice.hasThought) return;
    const text = this.take(choice.reasoning, piece);
    if (text == ABSENT) return;
    this.enterReasoning();
    writePiece(text, this.chunk.out);
  }

  /**
   * Turns to a tool call of the choice, `key` being the provider's number for it. Its id and name go out when the call
   * is new; those of later pieces are not looked at. False if there are too many.
   */
  toolCall(key: i32, id: Slice, name: Slice): bool {
    const isNew = this.state.chooseCall(key);
    const call = this.state.call;
    if (!call) return false;
    if (isNew) this.chunk.startCall(this.state.choice, call, id, name);
    return true;
  }

  /** Adds to the arguments of the tool call. */
  toolArguments(piece: Slice): void {
    const call = this.state.call;
    if (!call) return;
    const text = this.take(call.text, piece);
    if (text == ABSENT) return;
    this.chunk.enterArguments(this.state.choice, call);
    writePiece(text, this.chunk.out);
  }

  /** Adds a `logprobs` value, as it is, to the chunk of the choice. */
  logprobs(value: Slice): void {
    this.chunk.setLogprobs(this.state.choice, value);
  }

  /** Ends the choice with a finish reason of OpenAI's. */
  finish(reason: string): void {
    const choice = this.state.choice;
    if (choice.isFinished) return;
    this.endTexts();
    // OpenAI's answers have a content, be it empty, unless they are tool calls.
    if (!choice.hasContent && choice.calls == 0) this.chunk.enter(choice, DeltaMember.Content);
    this.chunk.close();
    this.chunk.finish(choice, reason);
    this.state.finishChoice();
  }

  /** Ends the open chunk, if there is one. */
  flush(): void {
    this.chunk.close();
  }

  /** How many choices have finished. */
  get finished(): i32 {
    return this.state.finished;
  }

  /** Whether every choice that has begun has finished, and one has at least. */
  get isComplete(): bool {
    return this.state.finished > 0 && this.state.finished == this.state.count;
  }

  /** Ends the stream: the usage chunk, if `usage` is given and has seen numbers, and `[DONE]`. */
  end(usage: TokenUsage | null = null): void {
    if (this.hasEnded) return;
    this.chunk.close();
    if (usage !== null && usage.seen && this.chunk.hasHead) this.chunk.usage(usage);
    sseDone(this.chunk.out);
    this.hasEnded = true;
  }

  /** Ends the stream with an error of our own. */
  fail(message: string, code: string): void {
    if (!this.beginError()) return;
    this.chunk.out.byte(0x22).text(message).text('","type":"server_error","param":null,"code":"').text(code).byte(0x22);
    this.endError();
  }

  /** Ends the stream with the provider's error: its message and its code as JSON values, `ABSENT` where it has none. */
  failWith(message: Slice, type: string, code: Slice): void {
    if (!this.beginError()) return;
    const out = this.chunk.out;
    if (message == ABSENT) out.text('"The provider failed without a message."');
    else out.append(message);
    out.text(',"type":"').text(type).text('","param":null,"code":');
    if (code == ABSENT) out.text("null");
    else out.append(code);
    this.endError();
  }

  /** Gives the memory back. */
  free(): void {
    this.chunk.free();
    this.state.free();
  }

  private beginError(): bool {
    if (this.hasEnded) return false;
    this.chunk.close();
    sseData(this.chunk.out);
    this.chunk.out.text('{"error":{"message":');
    return true;
  }

  private endError(): void {
    this.chunk.out.text("}}");
    sseEnd(this.chunk.out);
    this.end();
  }

  private take(text: StreamText, piece: Slice): Slice {
    return this.cumulative ? takeRest(text, piece) : takePiece(text, piece);
  }

  private enterReasoning(): void {
    const choice = this.state.choice;
    const isConcat = this.mode == ReasoningMode.Concat;
    this.chunk.enter(choice, isConcat ? DeltaMember.Content : DeltaMember.Reasoning);
    if (!isConcat || choice.isThinking) return;
    choice.isThinking = true;
    this.chunk.out.text("<think>");
  }

  private closeThinking(): void {
    const choice = this.state.choice;
    if (!choice.isThinking || choice.hasThought) return;
    this.chunk.enter(choice, DeltaMember.Content);
    if (endText(choice.reasoning)) writeReplacement(this.chunk.out);
    choice.hasThought = true;
    this.chunk.out.text("</think>\\n");
  }

  /** Writes what the texts of the choice still owe. */
  private endTexts(): void {
    const choice = this.state.choice;
    if (endText(choice.reasoning)) {
      this.enterReasoning();
      writeReplacement(this.chunk.out);
    }
    this.closeThinking();
    if (endText(choice.content)) {
      this.chunk.enter(choice, DeltaMember.Content);
      writeReplacement(this.chunk.out);
    }
    for (let i = 0; i < this.state.callCount; i++) {
      const call = this.state.callAt(i);
      if (call.choice != choice.index || !endText(call.text)) continue;
      this.chunk.enterArguments(choice, call);
      writeReplacement(this.chunk.out);
    }
  }
}
