import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../../../bytes/slice";
import { JsonDocument } from "../../../json/document";
import { JsonError } from "../../../json/validate";
import {
  jsonContent,
  jsonEquals,
  jsonFirst,
  jsonGet,
  jsonInteger,
  jsonKind,
  JsonKind,
  jsonNext,
} from "../../../json/value";
import { TextPlaces } from "../../../json/text-places";
import { JsonWalker } from "../../../json/walker";
import { escapeJson } from "../../../json/writer";
import { SseDecoder } from "../../../sse/decoder";
import { Choice } from "../../hub/choices";
import { citation, MOST_CITED_BYTES } from "../../hub/citation";
import { FinishReason } from "../../hub/finish-reason";
import { ResponseReader } from "../../hub/response-reader";
import { ResponseSink } from "../../hub/response-sink";
import { TokenUsage } from "../../usage";
import { readCitation } from "./citation";
import { statusOfError } from "./error-status";
import { REASONING_FORMAT } from "./reasoning-format";
import { finishOf } from "./stop-reason";

const KEPT_BYTES = 64 * 1024;

/** Shared by all streams: an event is done with before the next one comes. */
const document = new JsonDocument();
const walker = new JsonWalker();
const input = new ByteBuffer();
const nothing = new ByteBuffer().text("{}");

/**
 * Reads Anthropic's messages, whole or as a stream of events, into a sink. A stream ends with `message_stop`; one that
 * breaks off before is ended by an error. Blocks of other types than text, reasoning and tool calls are left out. A citation
 * is of the whole block of text that it stands in.
 * https://platform.claude.com/docs/en/build-with-claude/streaming
 */
export class MessagesReader extends ResponseReader {
  /** The index of the tool call that is open and has no arguments yet; -1 for none. */
  private emptyCall: i32 = -1;
  private readonly places: TextPlaces = new TextPlaces(false);
  /** Where the open block of text begins, in characters. */
  private blockStart: i32 = 0;
  /** The citations of that block, a JSON array without its end, until it has ended; `null` before the first one. */
  private cited: ByteBuffer | null = null;

  /** See `ResponseReader`. */
  constructor(sink: ResponseSink, tokens: TokenUsage) {
    super(sink, tokens);
    sink.usage(tokens);
    sink.places = this.places;
    sink.reasoningFormat = REASONING_FORMAT;
  }

  override free(): void {
    super.free();
    this.places.dispose();
    const cited = this.cited;
    if (cited) cited.dispose();
  }

  protected readEvent(event: SseDecoder): void {
    const sink = this.sink;
    if (!event.hasData) return;
    if (sink.isComplete && document.parse(event.data) != JsonError.None) {
      // The rest of a stream that breaks off in its last event.
      sink.end();
      return;
    }
    if (!this.parse(event, document)) return;
    const type = document.get("type");
    if (jsonEquals(type, "content_block_delta")) this.readDelta(document.get("delta"), this.indexOf(document));
    else if (jsonEquals(type, "content_block_start"))
      this.readStart(document.get("content_block"), this.indexOf(document));
    else if (jsonEquals(type, "content_block_stop")) this.readStop(this.indexOf(document));
    else if (jsonEquals(type, "message_start")) this.readBeginning(document.get("message"));
    else if (jsonEquals(type, "message_delta")) this.readEnd(document);
    else if (jsonEquals(type, "message_stop")) this.finish();
    else if (jsonEquals(type, "error")) this.readError(document);
    else if (jsonEquals(type, "ping") && this.hasBegunResponse) sink.keepAlive();
    sink.flush();
  }

  override pushWhole(response: JsonDocument, out: ByteBuffer): bool {
    if (!response.isObject) return false;
    this.sink.out = out;
    if (jsonKind(response.get("error")) == JsonKind.Object) this.readError(response);
    else if (!this.readWhole(response, out)) return false;
    this.noteOutput(out);
    return true;
  }

  override readWhole(response: JsonDocument, out: ByteBuffer): bool {
    const sink = this.sink;
    sink.out = out;
    const content = response.get("content");
    if (jsonKind(content) != JsonKind.Array) return false;
    this.beginOnce(response.get("id"));
    const choice = sink.choose(0);
    if (choice === null) return false;
    let index = 0;
    walker.start(content);
    walker.enterArray();
    while (walker.nextElement()) this.readBlock(walker.value(), index++, choice);
    const reason = finishOf(response.get("stop_reason"));
    sink.finish(choice, reason == FinishReason.None ? FinishReason.Stop : reason);
    this.tokens.read(response.get("usage"));
    return this.endWhole();
  }

  private indexOf(event: JsonDocument): i32 {
    const index = jsonInteger(event.get("index"), 0);
    return index >= 0 && index < i32.MAX_VALUE ? <i32>index : 0;
  }

  private readBeginning(message: Slice): void {
    this.beginOnce(jsonGet(message, "id"));
    this.tokens.readFirst(jsonGet(message, "usage"));
    this.sink.choose(0);
  }

  private readStart(block: Slice, index: i32): void {
    const choice = this.current;
    if (choice === null) return;
    const type = jsonGet(block, "type");
    if (jsonEquals(type, "tool_use")) {
      const call = this.sink.toolCall(
        choice,
        index,
        jsonContent(jsonGet(block, "id")),
        jsonContent(jsonGet(block, "name")),
      );
      if (call) this.emptyCall = index;
    } else if (jsonEquals(type, "text")) {
      this.blockStart = this.places.characters;
      this.sink.text(choice, jsonContent(jsonGet(block, "text")));
      const list = jsonGet(block, "citations");
      for (let item = jsonFirst(list); item != ABSENT; item = jsonNext(list, item)) this.hold(item);
    } else if (jsonEquals(type, "thinking")) this.readThinking(block, choice);
    else if (jsonEquals(type, "redacted_thinking")) {
      this.sink.redactedReasoning(choice, jsonContent(jsonGet(block, "data")));
    } else this.sink.lose();
  }

  private readDelta(delta: Slice, index: i32): void {
    const choice = this.current;
    if (choice === null) return;
    const type = jsonGet(delta, "type");
    if (jsonEquals(type, "text_delta")) this.sink.text(choice, jsonContent(jsonGet(delta, "text")));
    else if (jsonEquals(type, "input_json_delta")) {
      this.readArguments(choice, index, jsonContent(jsonGet(delta, "partial_json")));
    } else if (jsonEquals(type, "thinking_delta")) this.sink.reasoning(choice, jsonContent(jsonGet(delta, "thinking")));
    else if (jsonEquals(type, "signature_delta")) this.readSignature(jsonGet(delta, "signature"), choice);
    else if (jsonEquals(type, "citations_delta")) this.hold(jsonGet(delta, "citation"));
  }

  /** Keeps a citation until the end of its block is known. */
  private hold(value: Slice): void {
    if (jsonKind(value) != JsonKind.Object) return;
    let cited = this.cited;
    if (cited === null) this.cited = cited = new ByteBuffer();
    if (cited.size + sliceSize(value) > MOST_CITED_BYTES) return this.sink.lose();
    cited.byte(cited.size ? 0x2c : 0x5b).append(value);
  }

  /** Gives the citations of the block of text that has ended. */
  private giveCitations(choice: Choice): void {
    const cited = this.cited;
    if (cited === null || !cited.size) return;
    const list = cited.byte(0x5d).slice;
    for (let item = jsonFirst(list); item != ABSENT; item = jsonNext(list, item)) {
      readCitation(item);
      citation.place(this.blockStart, this.places.characters);
      this.sink.cite(choice, citation);
    }
    cited.clear();
  }

  private readArguments(choice: Choice, index: i32, piece: Slice): void {
    if (!sliceSize(piece)) return;
    // A call that did not begin has no place here.
    const call = this.sink.findCall(choice, index);
    if (call === null) return;
    this.emptyCall = -1;
    this.sink.toolArguments(choice, call, piece);
  }

  /** A tool without parameters has no arguments in the stream: those of chats are JSON all the same. */
  private readStop(index: i32): void {
    const choice = this.current;
    if (choice === null) return;
    this.giveCitations(choice);
    if (this.emptyCall == index) this.readArguments(choice, index, nothing.slice);
  }

  private readThinking(block: Slice, choice: Choice): void {
    this.sink.reasoning(choice, jsonContent(jsonGet(block, "thinking")));
    this.readSignature(jsonGet(block, "signature"), choice);
  }

  private readSignature(signature: Slice, choice: Choice): void {
    const value = jsonContent(signature);
    if (sliceSize(value)) this.sink.signature(choice, value);
  }

  private readEnd(event: JsonDocument): void {
    this.tokens.read(event.get("usage"));
    const choice = this.current;
    const reason = finishOf(jsonGet(event.get("delta"), "stop_reason"));
    if (choice === null || reason == FinishReason.None) return;
    this.giveCitations(choice);
    this.sink.finish(choice, reason);
  }

  /** Reads a block of a whole message. */
  private readBlock(block: Slice, index: i32, choice: Choice): void {
    this.readStart(block, index);
    this.giveCitations(choice);
    if (this.emptyCall != index) return;
    input.release(KEPT_BYTES);
    escapeJson(jsonGet(block, "input"), input);
    this.readArguments(choice, index, input.size ? input.slice : nothing.slice);
  }

  private readError(response: JsonDocument): void {
    const error = response.get("error");
    const type = jsonGet(error, "type");
    this.fail(statusOfError(type), jsonContent(jsonGet(error, "message")), jsonContent(type));
  }

  /** The one choice of a message; null before it begins, and after it has ended. */
  private get current(): Choice | null {
    return this.hasBegunResponse ? this.sink.choose(0) : null;
  }
}
