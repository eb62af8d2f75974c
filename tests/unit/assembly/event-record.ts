import { Choice, ToolCall } from "../../../assembly/ai/hub/choices";
import { FinishReason } from "../../../assembly/ai/hub/finish-reason";
import { ResponseSink } from "../../../assembly/ai/hub/response-sink";
import { TokenUsage } from "../../../assembly/ai/usage";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice } from "../../../assembly/bytes/slice";

/**
 * Writes the events of a response as lines of text, one block per line. Consecutive parts of one text are joined,
 * so that streams and whole responses can be compared. The token usage precedes the end.
 */
export class EventRecord extends ResponseSink {
  private kind: string = "";
  private choice: i32 = -1;
  private call: i32 = -1;
  private tokens: TokenUsage | null = null;

  begin(id: Slice): void {
    this.enter("begin").append(id);
  }

  logprobs(choice: Choice, value: Slice): void {
    this.enter("logprobs", choice.index).append(value);
  }

  usage(usage: TokenUsage): void {
    this.tokens = usage;
  }

  flush(): void {}

  protected writeText(choice: Choice, piece: Slice): void {
    this.enter("text", choice.index).append(piece);
  }

  protected writeReasoning(choice: Choice, piece: Slice): void {
    this.enter("reasoning", choice.index).append(piece);
  }

  protected writeToolCall(choice: Choice, call: ToolCall, id: Slice, name: Slice): void {
    this.enter("call", choice.index, call.index).append(id).text(" ").append(name);
  }

  protected writeArguments(choice: Choice, call: ToolCall, piece: Slice): void {
    this.enter("arguments", choice.index, call.index).append(piece);
  }

  protected writeFinish(choice: Choice, reason: FinishReason): void {
    this.enter("finish", choice.index).integer(reason);
  }

  protected writeEnd(): void {
    const tokens = this.tokens;
    if (tokens) tokens.write(this.enter("usage"));
    this.enter("end");
  }

  protected writeFailure(status: i32, message: Slice, code: Slice): void {
    this.enter("fail").integer(status).text(" ").append(message).text(" ").append(code);
  }

  /** Begins a line, unless the last line is for the same text. */
  private enter(kind: string, choice: i32 = -1, call: i32 = -1): ByteBuffer {
    const out = this.out;
    if (this.kind == kind && this.choice == choice && this.call == call) return out;
    this.kind = kind;
    this.choice = choice;
    this.call = call;
    if (out.size) out.text("\n");
    out.text(kind);
    if (choice >= 0) out.text(" ").integer(choice);
    if (call >= 0) out.text(".").integer(call);
    return out.text(" ");
  }
}
