import { ChatStream } from "../../../../assembly/ai/chat-stream";
import { SseTransform } from "../../../../assembly/ai/hub/sse-transform";
import { errorType } from "../../../../assembly/ai/error";
import { TokenUsage } from "../../../../assembly/ai/usage";
import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceEquals } from "../../../../assembly/bytes/slice";
import { JsonDocument } from "../../../../assembly/json/document";
import { JsonError } from "../../../../assembly/json/validate";
import { jsonContent, jsonFirst, jsonGet, jsonKind, JsonKind, jsonNext } from "../../../../assembly/json/value";
import { SseDecoder } from "../../../../assembly/sse/decoder";
import { Exchange } from "../../exchange";
import { QwenChoice, QwenToolCall } from "./choice";
import { errorCodeOf, errorMessageOf, statusOf } from "./errors";
import { qwenState } from "./state";

const BAD_GATEWAY = 502;

/** Shared by all streams, for an event is done with before the next one comes. */
const document = new JsonDocument();
const choice = new QwenChoice();
const call = new QwenToolCall();

/**
 * Translates DashScope's event stream into OpenAI's chunks. The stream ends with `[DONE]` as soon as all choices have
 * finished; one that ends before is ended by an error event.
 */
export class ChatEvents extends SseTransform {
  private readonly stream: ChatStream;
  private readonly cumulative: bool;
  private readonly wanted: i32;
  /** The answer's tokens of each choice, where there are several: DashScope counts them one by one. */
  private counts: StaticArray<i64> | null = null;

  constructor(private exchange: Exchange) {
    super();
    const cumulative = qwenState(exchange).isCumulative;
    const wanted = qwenState(exchange).choices;
    this.stream = new ChatStream(exchange.config.reasoning, cumulative);
    this.cumulative = cumulative;
    this.wanted = wanted;
    if (wanted > 1) this.counts = new StaticArray<i64>(wanted);
  }

  protected onEvent(event: SseDecoder, out: ByteBuffer): void {
    const stream = this.stream;
    if (stream.hasEnded) return;
    stream.writeTo(out);
    if (event.tooLong) {
      this.fail("The provider sent an event that is too long.", "upstream_event_too_long");
      return;
    }
    if (!event.hasData || sliceEquals(event.data, "[DONE]")) return;
    if (document.parse(event.data) != JsonError.None || !document.isObject) {
      this.fail("The provider sent an event that cannot be read.", "upstream_event_invalid");
      return;
    }
    this.translate(document, sliceEquals(event.event, "error"), event.comment);
  }

  override pushWhole(response: JsonDocument, out: ByteBuffer): bool {
    if (!response.isObject) return false;
    this.stream.writeTo(out);
    this.translate(response, false, ABSENT);
    this.noteOutput(out);
    this.onEnd(out);
    return true;
  }

  protected onEnd(out: ByteBuffer): void {
    const stream = this.stream;
    if (stream.hasEnded) return;
    stream.writeTo(out);
    if (stream.isComplete) stream.end(this.usageChunk());
    else this.fail("The provider's stream ended before its answer did.", "upstream_stream_incomplete");
  }

  override free(): void {
    super.free();
    this.stream.free();
  }

  private fail(message: string, code: string): void {
    this.errorStatus = BAD_GATEWAY;
    this.stream.fail(message, code);
  }

  /** Translates what an event holds, or a whole response: both have the same form. */
  private translate(document: JsonDocument, isError: bool, comment: Slice): void {
    const stream = this.stream;
    const output = document.get("output");
    if (isError || jsonKind(output) != JsonKind.Object) {
      const status = statusOf(comment);
      this.errorStatus = status;
      stream.failWith(errorMessageOf(document), errorType(status), errorCodeOf(document));
      return;
    }
    stream.begin(jsonContent(document.get("request_id")), this.exchange.created, this.exchange.model.slice);
    const choices = jsonGet(output, "choices");
    let position = 0;
    for (let item = jsonFirst(choices); item != ABSENT; item = jsonNext(choices, item)) {
      choice.read(item, position++);
      this.writeChoice();
    }
    if (position == 0 && jsonKind(jsonGet(output, "text")) == JsonKind.String) {
      choice.readText(output);
      this.writeChoice();
    }
    stream.flush();
    this.readUsage(document.get("usage"), position == 1 ? choice.index : -1);
    // Usage comes with the last event; should it be late, the stream's end is waited for.
    const usage = this.usageChunk();
    if (stream.isComplete && stream.finished >= this.wanted && (usage === null || usage.seen)) stream.end(usage);
  }

  private writeChoice(): void {
    const stream = this.stream;
    if (!stream.choose(choice.index)) return;
    stream.reasoning(choice.reasoning);
    stream.content(choice.content);
    const calls = choice.toolCalls;
    let position = 0;
    for (let item = jsonFirst(calls); item != ABSENT; item = jsonNext(calls, item)) {
      call.read(item, position++);
      if (stream.toolCall(call.key, call.id, call.name)) stream.toolArguments(call.argumentsText);
    }
    const isFinished = choice.finish.length > 0;
    // All log probabilities so far make sense once, with the last of them.
    if (choice.logprobs != ABSENT && (isFinished || !this.cumulative)) stream.logprobs(choice.logprobs);
    if (isFinished) stream.finish(choice.finish);
  }

  /** Takes over the event's numbers; `index` is the choice that they belong to if it is the only one of the event. */
  private readUsage(counted: Slice, index: i32): void {
    const usage = this.exchange.usage;
    usage.read(counted);
    const counts = this.counts;
    if (counts === null || index < 0 || index >= counts.length) return;
    counts[index] = usage.completion;
    let sum: i64 = 0;
    for (let i = 0; i < counts.length; i++) sum += counts[i];
    usage.completion = sum;
    usage.total = usage.prompt + sum;
  }

  private usageChunk(): TokenUsage | null {
    return this.exchange.includeUsage ? this.exchange.usage : null;
  }
}
