import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../bytes/slice";
import { escapeJson } from "../json/writer";
import { repeatableId, writeCallId } from "./call-id";
import { MAX_CALLS, MAX_CHOICES } from "./chat-stream-state";
import { ReasoningMode } from "./reasoning-mode";
import { TokenUsage } from "./usage";

const NOWHERE = new ByteBuffer();

/**
 * Writes an answer as OpenAI's `chat.completion` object. Texts and ids are contents of JSON strings and are copied as they
 * are. What it writes is what OpenAI's clients put together from the chunks of `ChatStream` for the same answer, and it is
 * bounded like that: of choices and tool calls beyond `MAX_CHOICES` and `MAX_CALLS` nothing is written.
 *
 * @example
 * completion.begin(out, id, created, model);
 * if (completion.beginChoice(0)) {
 *   completion.text(reasoning, content, false);
 *   completion.endChoice("stop", ABSENT);
 * }
 * completion.end(usage);
 */
export class ChatCompletion {
  private out: ByteBuffer = NOWHERE;
  private id: Slice = ABSENT;
  private choice: i32 = -1;
  private choices: i32 = 0;
  private calls: i32 = 0;
  private allCalls: i32 = 0;

  constructor(private mode: ReasoningMode) {}

  /** Starts an answer; its id is the content of a JSON string, the model UTF-8. */
  begin(out: ByteBuffer, id: Slice, created: i64, model: Slice): void {
    this.out = out;
    id = repeatableId(id);
    this.id = id;
    this.choices = 0;
    this.allCalls = 0;
    out.text('{"id":"').append(id).text('","object":"chat.completion","created":').integer(created).text(',"model":"');
    escapeJson(model, out);
    out.text('","choices":[');
  }

  /** Starts a choice; false, and nothing written, if there are too many. */
  beginChoice(index: i32): bool {
    if (this.choices == MAX_CHOICES) return false;
    if (this.choices++ > 0) this.out.byte(0x2c);
    this.choice = index;
    this.calls = 0;
    this.out.text('{"index":').integer(index).text(',"message":{"role":"assistant","content":');
    return true;
  }

  /** Writes what the choice says. Without a word of content but with tool calls, the content is `null`. */
  text(reasoning: Slice, content: Slice, hasCalls: bool): void {
    const out = this.out;
    const hasReasoning = sliceSize(reasoning) > 0;
    const isConcat = this.mode == ReasoningMode.Concat && hasReasoning;
    if (sliceSize(content) == 0 && !isConcat && hasCalls) {
      out.text("null");
    } else {
      out.byte(0x22);
      if (isConcat) out.text("<think>").append(reasoning).text("</think>\\n");
      out.append(content).byte(0x22);
    }
    if (hasReasoning && this.mode == ReasoningMode.Passthrough) {
      out.text(',"reasoning_content":"').append(reasoning).byte(0x22);
    }
  }

  /** Writes a tool call of the choice, after its text, unless there are too many. */
  toolCall(id: Slice, name: Slice, argumentsText: Slice): void {
    if (this.allCalls++ >= MAX_CALLS) return;
    const out = this.out;
    out.text(this.calls == 0 ? ',"tool_calls":[{"id":' : ',{"id":');
    writeCallId(out, id, this.id, this.choice, this.calls++);
    out.text(',"type":"function","function":{"name":"').append(name);
    out.text('","arguments":"').append(argumentsText).text('"}}');
  }

  /** Ends the choice with a finish reason of OpenAI's, and with a `logprobs` value if there is one. */
  endChoice(reason: string, logprobs: Slice): void {
    const out = this.out;
    out.text(this.calls > 0 ? ']},"logprobs":' : '},"logprobs":');
    if (logprobs == ABSENT) out.text("null");
    else out.append(logprobs);
    out.text(',"finish_reason":"').text(reason).text('"}');
  }

  /** Ends the answer. */
  end(usage: TokenUsage): void {
    this.out.byte(0x5d);
    if (usage.seen) {
      this.out.text(',"usage":');
      usage.write(this.out);
    }
    this.out.byte(0x7d);
  }
}
