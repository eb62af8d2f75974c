import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../bytes/slice";
import { jsonContent, jsonEquals, jsonFirst, jsonGet, jsonInteger, JsonKind, jsonKind, jsonNext } from "../json/value";
import { sseData, sseDone, sseEnd, sseEvent } from "../sse/encoder";
import { StreamHead } from "./stream-head";
import { TokenUsage } from "./usage";

/** The protocol of a stream, as its events show it. */
const enum StreamKind {
  /** Nothing has come yet, or a protocol without a known end. */
  Unknown,
  Chat,
  Completions,
  Messages,
  Responses,
}

/** The most choices that are ended; OpenAI has up to 128, of which hardly any stream has more than a few. */
const MOST_CHOICES: u64 = 64;
const BLOCK_STOP = "content_block_stop";

/**
 * Ends a stream before its provider does, as if the most tokens of the output were reached: in chat completions, completions, Messages and
 * Responses. It reads the events that pass, and writes what a client still needs for a whole response.
 */
export class StreamEnd {
  private kind: StreamKind = StreamKind.Unknown;
  private readonly head: StreamHead = new StreamHead();
  /** The choices that have begun and not ended. */
  private choices: u64 = 0;
  /** The open block of Messages, or -1. */
  private block: i64 = -1;
  /** The last number of an event of Responses. */
  private sequence: i64 = -1;
  private isOver: bool = false;

  /** Whether the stream can be ended: its protocol is known, and it has not ended by itself. */
  get isPossible(): bool {
    return this.kind != StreamKind.Unknown && !this.isOver;
  }

  /** Whether clients stop to read at the end, at `[DONE]`. Those of the other protocols read on, and take a reset for an error. */
  get hasDone(): bool {
    return this.kind <= StreamKind.Completions;
  }

  /** Forgets the stream. */
  reset(): void {
    this.kind = StreamKind.Unknown;
    this.head.reset();
    this.choices = 0;
    this.block = -1;
    this.sequence = -1;
    this.isOver = false;
  }

  /** Frees the memory; the object is not used again. */
  free(): void {
    this.head.dispose();
  }

  /** Reads the data of an event. */
  read(json: Slice): void {
    const choices = jsonGet(json, "choices");
    const response = jsonGet(json, "response");
    if (jsonKind(choices) == JsonKind.Array) this.readChunk(json, choices);
    else if (this.kind == StreamKind.Unknown) {
      if (response != ABSENT) this.begin(StreamKind.Responses, response);
      else if (jsonGet(json, "message") != ABSENT) this.kind = StreamKind.Messages;
    } else {
      const type = jsonGet(json, "type");
      const isProgress = jsonEquals(type, "response.in_progress") || jsonEquals(type, "response.queued");
      if ((response != ABSENT && !isProgress) || jsonEquals(type, "message_delta")) this.isOver = true;
      if (jsonEquals(type, BLOCK_STOP)) this.block = -1;
      else this.block = jsonInteger(jsonGet(json, "index"), this.block);
    }
    this.sequence = jsonInteger(jsonGet(json, "sequence_number"), this.sequence);
  }

  /** Writes the last events. `usage`: what the response has cost so far; written for chunks if the client `wantsUsage`. */
  write(out: ByteBuffer, usage: TokenUsage, wantsUsage: bool): void {
    this.isOver = true;
    if (this.kind == StreamKind.Messages) return this.writeMessages(out, usage);
    if (this.kind == StreamKind.Responses) return this.writeResponses(out, usage);
    for (let i: u64 = 0; i < MOST_CHOICES; i++) {
      if (!((this.choices >> i) & 1)) continue;
      this.beginChunk(out)
        .text('"choices":[{"index":')
        .integer(<i64>i);
      out.text(this.kind == StreamKind.Chat ? ',"delta":{}' : ',"text":""').text(',"finish_reason":"length"}]}');
      sseEnd(out);
    }
    if (wantsUsage) {
      this.beginChunk(out).text('"choices":[],"usage":');
      usage.write(out);
      sseEnd(out.byte(0x7d));
    }
    sseDone(out);
  }

  /** https://platform.openai.com/docs/api-reference/chat/streaming */
  private readChunk(json: Slice, choices: Slice): void {
    for (let choice = jsonFirst(choices); choice != ABSENT; choice = jsonNext(choices, choice)) {
      if (this.kind == StreamKind.Unknown)
        this.begin(jsonGet(choice, "text") == ABSENT ? StreamKind.Chat : StreamKind.Completions, json);
      const index = jsonInteger(jsonGet(choice, "index"), 0);
      if (<u64>index >= MOST_CHOICES) continue;
      const bit = (<u64>1) << index;
      this.choices |= bit;
      if (sliceSize(jsonContent(jsonGet(choice, "finish_reason")))) this.choices ^= bit;
      this.isOver = this.choices == 0;
    }
  }

  private begin(kind: StreamKind, object: Slice): void {
    this.kind = kind;
    if (kind == StreamKind.Responses) this.head.readResponse(object);
    else this.head.readChunk(object);
  }

  private beginChunk(out: ByteBuffer): ByteBuffer {
    sseData(out);
    return out.byte(0x7b).append(this.head.members);
  }

  /** https://docs.claude.com/en/docs/build-with-claude/streaming */
  private writeMessages(out: ByteBuffer, usage: TokenUsage): void {
    if (this.block >= 0) sseEnd(beginEvent(out, BLOCK_STOP).text(',"index":').integer(this.block).byte(0x7d));
    beginEvent(out, "message_delta").text(
      ',"delta":{"stop_reason":"max_tokens","stop_sequence":null},"usage":{"output_tokens":',
    );
    sseEnd(out.integer(usage.completion).text("}}"));
    sseEnd(beginEvent(out, "message_stop").byte(0x7d));
  }

  /** https://platform.openai.com/docs/api-reference/responses-streaming */
  private writeResponses(out: ByteBuffer, usage: TokenUsage): void {
    beginEvent(out, "response.incomplete")
      .text(',"sequence_number":')
      .integer(this.sequence + 1);
    out.text(',"response":{').append(this.head.members);
    out.text('"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[],');
    out.text('"usage":{"input_tokens":').integer(usage.prompt).text(',"output_tokens":').integer(usage.completion);
    sseEnd(out.text(',"total_tokens":').integer(usage.total).text("}}}"));
  }
}

function beginEvent(out: ByteBuffer, type: string): ByteBuffer {
  sseEvent(out, type);
  sseData(out);
  return out.text('{"type":"').text(type).byte(0x22);
}
