import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice, sliceEquals, sliceSize } from "../../../bytes/slice";
import { JsonDocument } from "../../../json/document";
import { jsonContent, jsonFirst, jsonGet, jsonKind, JsonKind, jsonNext } from "../../../json/value";
import { JsonWalker } from "../../../json/walker";
import { SseDecoder } from "../../../sse/decoder";
import { Choice } from "../../hub/choices";
import { citation, MOST_CITED_BYTES } from "../../hub/citation";
import { FinishReason } from "../../hub/finish-reason";
import { ResponseReader } from "../../hub/response-reader";
import { ResponseSink } from "../../hub/response-sink";
import { TokenUsage } from "../../usage";
import { ChatChoice } from "../openai-chat/choice";
import { errorCodeOf, errorMessageOf, statusOf } from "./errors";

/** Shared by all streams: an event is done with before the next one comes. */
const document = new JsonDocument();
const walker = new JsonWalker();
const choice = new ChatChoice();

/**
 * Reads DashScope's chats, whole or as a stream of events, into a sink. A stream ends as soon as all choices have ended; one
 * that breaks off before is ended by an error.
 * https://www.alibabacloud.com/help/en/model-studio/qwen-api-via-dashscope
 */
export class DashScopeReader extends ResponseReader {
  private hasUsage: bool = false;
  /** Whether pages were looked for behind the choices of the event, too. */
  private hasLooked: bool = false;
  /** The pages that a search has found, a JSON array; `null` before it has. */
  private found: ByteBuffer | null = null;
  /** The output tokens of each choice, where there are several: DashScope counts them one by one. */
  private counts: StaticArray<i64> | null = null;

  /** See `ResponseReader`. `wanted`: how many choices were asked for. */
  constructor(
    sink: ResponseSink,
    tokens: TokenUsage,
    private readonly wanted: i32,
  ) {
    super(sink, tokens);
    if (wanted > 1) this.counts = new StaticArray<i64>(wanted);
  }

  override free(): void {
    super.free();
    const found = this.found;
    if (found) found.dispose();
  }

  protected readEvent(event: SseDecoder): void {
    const sink = this.sink;
    if (!event.hasData || sliceEquals(event.data, "[DONE]")) return;
    if (!this.parse(event, document)) return;
    const output = document.get("output");
    if (jsonKind(output) != JsonKind.Object || sliceEquals(event.event, "error")) {
      this.failAs(document, statusOf(event.comment));
      return;
    }
    const count = this.readChoices(document, output, false);
    sink.flush();
    this.readUsage(document, count == 1 ? choice.index : -1);
    // Usage comes with the last event; if it is late, the end waits for it.
    const isKnown = !sink.wantsUsage || this.tokens.seen;
    if (isKnown && sink.isComplete && <i32>sink.finished >= this.wanted) sink.end();
  }

  override pushWhole(response: JsonDocument, out: ByteBuffer): bool {
    if (!response.isObject) return false;
    if (!this.readWhole(response, out) && !this.errorStatus) {
      if (jsonKind(response.get("output")) != JsonKind.Object) this.failAs(response, statusOf(ABSENT));
      else this.failIncomplete();
    }
    this.noteOutput(out);
    return true;
  }

  override readWhole(response: JsonDocument, out: ByteBuffer): bool {
    const sink = this.sink;
    sink.out = out;
    const output = response.get("output");
    if (jsonFirst(jsonGet(output, "choices")) == ABSENT && jsonKind(jsonGet(output, "text")) != JsonKind.String) {
      return false;
    }
    this.readChoices(response, output, true);
    this.readUsage(response, -1);
    return this.endWhole();
  }

  /** Gives the number of choices that an event, or a whole response, holds. */
  private readChoices(response: JsonDocument, output: Slice, isWhole: bool): i32 {
    this.beginOnce(response.get("request_id"));
    this.hasLooked = false;
    let position = 0;
    walker.start(output);
    walker.enterObject();
    while (walker.nextMember()) {
      if (!walker.keyIs("choices") || !walker.enterArray()) {
        const isFound = walker.keyIs("search_info");
        const value = walker.value();
        if (isFound) this.keepFound(value);
        continue;
      }
      while (walker.nextElement()) {
        choice.read(walker, position);
        this.readChoice(output, isWhole, position++);
      }
    }
    if (position == 0 && choice.readText(output)) this.readChoice(output, isWhole, 0);
    return position;
  }

  /** Gives the sink what was read last, of the choice at position `place`. A choice of a whole response has always ended. */
  private readChoice(output: Slice, isWhole: bool, place: i32): void {
    const sink = this.sink;
    let target = sink.choose(choice.index);
    // Two choices of a whole response with one index are two all the same.
    if (target === null && isWhole) target = sink.choose(place);
    if (target === null) return;
    choice.give(target, isWhole, sink);
    const isFinished = isWhole || choice.finish != FinishReason.None;
    // With cumulative texts, each event has all log probabilities so far: only the last ones are not a repetition.
    if (choice.logprobs != ABSENT && (isFinished || !sink.isCumulative)) sink.logprobs(target, choice.logprobs);
    if (!isFinished) return;
    if (!this.hasLooked) this.keepFound(jsonGet(output, "search_info"));
    this.hasLooked = true;
    this.giveFound(target);
    sink.finish(target, choice.finish == FinishReason.None ? FinishReason.Stop : choice.finish);
  }

  /** Keeps the pages until the text has ended, which they may come before; events may repeat them. */
  private keepFound(info: Slice): void {
    if (this.found !== null) return;
    const pages = jsonGet(info, "search_results");
    if (jsonFirst(pages) == ABSENT) return;
    const found = new ByteBuffer();
    this.found = found;
    if (sliceSize(pages) > MOST_CITED_BYTES) this.sink.lose();
    else found.append(pages);
  }

  /** Gives the pages as sources of the choice's text. https://help.aliyun.com/zh/model-studio/web-search */
  private giveFound(target: Choice): void {
    const found = this.found;
    if (found === null) return;
    const pages = found.slice;
    for (let page = jsonFirst(pages); page != ABSENT; page = jsonNext(pages, page)) {
      citation.set(jsonContent(jsonGet(page, "url")), jsonContent(jsonGet(page, "title")), ABSENT);
      this.sink.cite(target, citation);
    }
  }

  /** Takes over the numbers of an event; `index` is the choice that they belong to if it is the only one of the event. */
  private readUsage(response: JsonDocument, index: i32): void {
    const tokens = this.tokens;
    const before = tokens.completion;
    const usage = response.get("usage");
    tokens.read(usage);
    const counts = this.counts;
    if (counts !== null && index >= 0 && index < counts.length && jsonKind(usage) == JsonKind.Object) {
      counts[index] = tokens.completion;
      let sum: i64 = 0;
      for (let i = 0; i < counts.length; i++) sum += counts[i];
      tokens.completion = sum;
      tokens.providerTotal = tokens.prompt + sum;
      if (sum != before) tokens.hasChanged = true;
    }
    if (this.hasUsage || !tokens.seen) return;
    this.hasUsage = true;
    this.sink.usage(tokens);
  }

  protected override failIncomplete(): void {
    this.failWith("The provider's stream ended before its answer did.", "upstream_stream_incomplete");
  }

  /** Ends the response with the provider's error. */
  private failAs(response: JsonDocument, status: i32): void {
    this.fail(status, jsonContent(errorMessageOf(response)), jsonContent(errorCodeOf(response)));
  }
}
