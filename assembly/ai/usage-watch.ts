import { ByteBuffer } from "../bytes/buffer";
import {
  ABSENT,
  indexOfText,
  Slice,
  sliceEquals,
  sliceSize,
  startsWithIgnoringCase,
  subslice,
  trimmed,
} from "../bytes/slice";
import { jsonUnescape } from "../json/string";
import { jsonGet, JsonKind, jsonKind } from "../json/value";
import { jsonValidate } from "../json/validate";
import { JsonWalker } from "../json/walker";
import { SseDecoder } from "../sse/decoder";
import { isPlainJson } from "./content-type";
import { OutputEstimate, OutputMember } from "./output-estimate";
import { ResponseFacts } from "./response-facts";
import { Member, RESPONSE_MEMBERS } from "./response-members";
import { TokenUsage, UsageStatus } from "./usage";
import { readUsageAtEnd, USAGE } from "./usage-tail";

/** The longest JSON body that is read. Of a longer one the end is kept, where the usage is. */
const MOST_BODY_BYTES: i32 = 4 << 20;
const TAIL_BYTES: i32 = 16 << 10;
const KEPT_BYTES: i32 = 16 << 10;
/** The longest name of a model that is read, as it is written in JSON. */
const LONGEST_MODEL: i32 = 256;

const walker = new JsonWalker();
const choices = new JsonWalker();
const tail = new ByteBuffer();

/**
 * Finds the token usage in a response that passes, streamed or not, wherever it is cut, and estimates the output until its usage is
 * known.
 */
export class UsageWatch {
  /** The tokens so far. */
  readonly usage: TokenUsage = new TokenUsage();
  /** The output so far, as far as `usage` is not complete. */
  readonly output: OutputEstimate = new OutputEstimate();
  /** The name of the model that the response names first; empty if it names none. */
  readonly model: ByteBuffer = new ByteBuffer();
  /** Whether the response is a stream. */
  isStream: bool = false;
  /** Whether the response is a stream of which events have come, and not `[DONE]` yet. */
  isUnderWay: bool = false;
  private isJson: bool = false;
  private isTooLong: bool = false;
  private hasRead: bool = false;
  private readonly decoder: SseDecoder = new SseDecoder();
  private readonly body: ByteBuffer = new ByteBuffer();

  /** A watch that tells `facts` what else the response says; `null` for nobody. */
  constructor(private readonly facts: ResponseFacts | null = null) {}

  /** Begins with a response of this content type. Returns whether it can have usage. */
  begin(contentType: Slice): bool {
    const isPlain = isPlainJson(contentType);
    this.isStream = !isPlain && startsWithIgnoringCase(contentType, "text/event-stream");
    return isPlain || this.isStream || startsWithIgnoringCase(contentType, "application/json");
  }

  /** Reads a chunk. `isLast`: nothing follows, and `finish` will not need the model: a whole body whose end has the usage is not kept. */
  push(chunk: Slice, isLast: bool = false): void {
    if (this.isStream) {
      this.beginChunk(chunk);
      while (this.next()) {}
    } else if (!isLast || this.body.size || !readUsageAtEnd(chunk, this.usage)) {
      this.body.append(chunk);
      if (this.isTooLong) this.passOn(chunk);
      if (this.body.size <= (this.isTooLong ? 2 * TAIL_BYTES : MOST_BODY_BYTES)) return;
      if (!this.isTooLong) this.passOn(this.body.slice);
      this.isTooLong = true;
      this.keepTail();
    }
  }

  /** `push` for the last chunk, of a watch with facts: a whole chat completion is read in place. */
  pushLast(chunk: Slice): void {
    const isWhole = !this.isStream && !this.body.size && sliceSize(chunk) <= MOST_BODY_BYTES;
    if (!isWhole || !this.readsPlain(chunk)) this.push(chunk);
  }

  /** Reads the data of an event, for callers that decode the stream themselves. `readsTexts`: the output is estimated too. */
  pushEvent(data: Slice, readsTexts: bool): void {
    this.read(data, readsTexts);
    this.isUnderWay = this.isJson || !sliceEquals(data, "[DONE]");
  }

  /** The data of the last event that `next` has read, `ABSENT` if it is no JSON. */
  get data(): Slice {
    return this.isJson ? this.decoder.data : ABSENT;
  }

  /** Begins to read a chunk of a stream, for `next`. */
  beginChunk(chunk: Slice): void {
    this.decoder.push(chunk);
  }

  /** Reads the next event with data of the chunk. Returns `false` if there is none. */
  next(): bool {
    while (this.decoder.next())
      if (this.decoder.hasData) {
        this.readEvent();
        return true;
      }
    return false;
  }

  /** The number of bytes of the chunk behind the last event. */
  get rest(): i32 {
    return this.decoder.rest;
  }

  /** The response has ended. `needsModel`: `model` is read too, also where the usage is known without it. */
  finish(needsModel: bool = true): void {
    if (this.isStream) {
      if (this.decoder.finish() && this.decoder.hasData) this.readEvent();
    } else if (this.body.size && (needsModel || !readUsageAtEnd(this.body.slice, this.usage))) {
      this.readWhole();
      if (!this.isTooLong && !this.isJson) this.passOn(this.body.slice);
      if (this.usage.status != UsageStatus.Complete) this.read(this.body.slice, true);
    }
    this.body.release(KEPT_BYTES);
  }

  /** Forgets the response. */
  reset(): void {
    this.usage.reset();
    if (this.hasRead) this.output.reset();
    this.model.release(LONGEST_MODEL);
    if (this.isStream) this.decoder.free();
    this.body.release(KEPT_BYTES);
    this.hasRead = false;
    this.isStream = false;
    this.isUnderWay = false;
    this.isJson = false;
    this.isTooLong = false;
  }

  /** Frees the memory; the object is not used again. */
  free(): void {
    this.decoder.dispose();
    this.model.dispose();
    this.body.dispose();
  }

  /** Passes on a piece of a body that is not read whole. */
  private passOn(piece: Slice): void {
    const facts = this.facts;
    if (facts) facts.readPiece(piece);
  }

  private keepTail(): void {
    const body = this.body;
    tail.clear();
    tail.append(subslice(body.slice, body.size - TAIL_BYTES));
    body.release(KEPT_BYTES);
    body.append(tail.slice);
  }

  /**
   * Of the end of a long body, keeps the members from `usage` on, as an object. If they are one, they are members of the outermost object: what is
   * nested leaves a bracket without its beginning.
   */
  private keepUsage(): void {
    const body = this.body;
    const text = body.slice;
    tail.clear();
    for (let at = indexOfText(text, USAGE); at >= 0; at = indexOfText(text, USAGE, at + 1)) {
      tail.clear();
      tail.byte(0x7b).append(subslice(text, at));
      if (!jsonValidate(tail.slice)) break;
    }
    body.clear();
    body.append(tail.slice);
  }

  /** A stream whose events count its output needs no estimate. */
  private readEvent(): void {
    this.pushEvent(this.decoder.data, this.usage.status != UsageStatus.Complete || !this.usage.completion);
  }

  /** Reads the body, which is validated on the way. */
  private readWhole(): void {
    if (this.isTooLong) {
      this.keepUsage();
      return this.read(this.body.slice, false);
    }
    if (this.readsPlain(this.body.slice)) return;
    walker.startText(this.body.slice);
    this.readValue(false);
    this.isJson = walker.isValid;
    if (this.isJson) return;
    const facts = this.facts;
    if (facts) facts.reset();
    this.usage.reset();
    this.model.clear();
  }

  /** Reads a body if there is a shorter way for it. */
  private readsPlain(body: Slice): bool {
    const facts = this.facts;
    const model = facts ? facts.readPlain(body, this.usage) : ABSENT;
    if (model == ABSENT) return false;
    this.isJson = true;
    this.readModel(model);
    return true;
  }

  /** Reads an event, or the body. `readsTexts`: the output is estimated too. */
  private read(json: Slice, readsTexts: bool): void {
    this.isJson = false;
    this.hasRead = true;
    if (jsonValidate(json)) return;
    this.isJson = true;
    walker.start(trimmed(json));
    this.readValue(readsTexts);
  }

  /** Reads the value to which the walker has come. */
  private readValue(readsTexts: bool): void {
    // Gemini streams an array unless the client asks for events. https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
    if (walker.enterArray()) while (walker.nextElement()) this.readObject(readsTexts);
    else this.readObject(readsTexts);
  }

  /** Reads the value to which the walker has come, if it is an object. */
  private readObject(readsTexts: bool): void {
    if (!walker.enterObject()) {
      walker.value();
      return;
    }
    const facts = this.facts;
    let type = ABSENT;
    let delta = ABSENT;
    while (walker.nextMember()) {
      const member: Member = RESPONSE_MEMBERS.of(walker.key);
      if (member == Member.Usage) this.usage.readNext(walker);
      // The first event of Anthropic's Messages, and the last one of OpenAI's Responses.
      else if (member == Member.Message) {
        const message = walker.value();
        this.usage.readFirst(jsonGet(message, "usage"));
        this.readModel(jsonGet(message, "model"));
        if (facts) facts.readId(jsonGet(message, "id"));
      } else if (member == Member.Response) {
        const response = walker.value();
        this.usage.read(jsonGet(response, "usage"));
        this.readModel(jsonGet(response, "model"));
        if (facts) facts.readResponse(response);
      } else if (member == Member.Model) this.readModel(walker.value());
      else if (member <= Member.Reason || !readsTexts) {
        if (facts && member == Member.Choices) facts.readChoices(walker);
        else {
          const value = walker.value();
          if (facts) readFact(facts, member, value);
        }
      } else {
        if (facts) readFact(facts, member, walker.peek());
        if (member == Member.Type) type = walker.value();
        // A text is a piece of Responses, whose meaning the type says.
        else if (member == Member.Delta && !walker.isAtObject) delta = walker.value();
        else this.output.texts.read(walker, member == Member.Output ? OutputMember.Whole : OutputMember.Piece);
      }
    }
    if (delta != ABSENT) this.output.texts.readDelta(type, delta);
  }

  private readModel(name: Slice): void {
    if (this.model.size || jsonKind(name) != JsonKind.String || sliceSize(name) > LONGEST_MODEL) return;
    jsonUnescape(name, this.model);
  }
}

/** Reads the value of an outermost member. */
function readFact(facts: ResponseFacts, member: Member, value: Slice): void {
  if (member == Member.Id) facts.readId(value);
  else if (member == Member.Reason) facts.readReason(value);
  else if (member == Member.Choices) {
    choices.start(value);
    facts.readChoices(choices);
  } else if (member == Member.Output) facts.readOutput(value);
  else if (member == Member.Delta) facts.readReason(jsonGet(value, "stop_reason"));
}
