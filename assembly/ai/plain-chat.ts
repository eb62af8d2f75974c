import {
  ABSENT,
  indexOfByte,
  Slice,
  sliceBetween,
  sliceEnd,
  sliceOf,
  sliceSize,
  slicesEqual,
  sliceStart,
} from "../bytes/slice";
import { constant } from "../bytes/constant";
import { digitsEnd, numberOfDigits } from "../json/digits";
import { skipSpace } from "../json/space";
import { byteOrZero, MAX_DEPTH, validatedEnd, validatedStringEnd } from "../json/validate";
import { RESPONSE_MEMBERS } from "./response-members";
import { COMPLETION_DETAILS, PROMPT_DETAILS, TokenDetails } from "./token-details";
import { TokenUsage } from "./usage";

const QUOTE: u32 = 0x22;
const COMMA: u32 = 0x2c;
const COLON: u32 = 0x3a;
const BACKSLASH: u32 = 0x5c;
const NULL: u32 = 0x6e;
const OPEN: u32 = 0x7b;
const CLOSE: u32 = 0x7d;
const OPEN_LIST: u32 = 0x5b;
const CLOSE_LIST: u32 = 0x5d;

const ID = constant("id");
const OBJECT = constant("object");
const CREATED = constant("created");
const MODEL = constant("model");
const CHOICES = constant("choices");
const REASON = constant("finish_reason");
const OTHER_REASON = constant("finishReason");
const USAGE = constant("usage");
const PROMPT = constant("prompt_tokens");
const COMPLETION = constant("completion_tokens");
const TOTAL = constant("total_tokens");

/** The objects that are read, by how deep they are. */
const enum Level {
  Response = 1,
  Usage,
  Choice,
  PromptDetails,
  CompletionDetails,
}

/**
 * Reads whole chat completions as OpenAI writes them, which most responses are: in one pass that also validates, and looks for few names.
 * https://platform.openai.com/docs/api-reference/chat/object
 */
// @ts-ignore: decorator
@unmanaged
export class PlainChat {
  /** The value of the id, as all three a token, or `ABSENT`. */
  id: Slice = ABSENT;
  /** The value of the model's name. */
  model: Slice = ABSENT;
  /** Why the model has stopped. */
  reason: Slice = ABSENT;
  private hasChoices: bool = false;
  private hasUsage: bool = false;
  private prompt: i64 = -1;
  private completion: i64 = -1;
  private total: i64 = -1;
  /** The number that was read last. */
  private count: i64 = 0;

  /**
   * Reads a response and its usage, which knows no numbers before. Returns `false` for anything that needs another look: it is no JSON, of
   * another protocol, names no model, has several choices, a member twice, escapes in a name, or no complete usage. `usage` then knows no numbers either.
   */
  read(text: Slice, usage: TokenUsage): bool {
    const end = sliceEnd(text);
    this.id = ABSENT;
    this.model = ABSENT;
    this.reason = ABSENT;
    this.hasChoices = false;
    this.hasUsage = false;
    const p = this.readObject(Level.Response, usage, skipSpace(sliceStart(text), end), end);
    const isComplete = this.hasUsage && this.prompt >= 0 && this.completion >= 0 && this.total >= 0;
    if (p && isComplete && this.model != ABSENT && skipSpace(p, end) == end) {
      usage.takeCounts(this.prompt, this.completion, this.total);
      return true;
    }
    usage.reset();
    return false;
  }

  /** Reads the object at `p`, which has members. Returns the address behind it; 0 if it needs another look, as the functions below. */
  private readObject(level: Level, usage: TokenUsage, start: usize, end: usize): usize {
    if (byteOrZero(start, end) != OPEN) return 0;
    let p = start;
    while (true) {
      const key = skipSpace(p + 1, end);
      if (byteOrZero(key, end) != QUOTE) return 0;
      p = validatedStringEnd(key + 1, end);
      if (!p) return 0;
      const name = sliceBetween(key + 1, p - 1);
      p = skipSpace(p, end);
      if (byteOrZero(p, end) != COLON) return 0;
      p = skipSpace(p + 1, end);
      if (level == Level.Response) p = this.readOfResponse(name, usage, p, end);
      else if (level == Level.Choice) p = this.readOfChoice(name, p, end);
      else if (level == Level.Usage) p = this.readOfUsage(name, usage, p, end);
      else p = this.readOfDetails(name, usage.detailsOf(level == Level.CompletionDetails), p, end);
      if (!p) return 0;
      p = skipSpace(p, end);
      const byte = byteOrZero(p, end);
      if (byte == CLOSE) return p + 1;
      if (byte != COMMA) return 0;
    }
  }

  private readOfResponse(name: Slice, usage: TokenUsage, p: usize, end: usize): usize {
    if (slicesEqual(name, USAGE)) {
      if (this.hasUsage) return 0;
      this.hasUsage = true;
      this.prompt = -1;
      this.completion = -1;
      this.total = -1;
      return this.readObject(Level.Usage, usage, p, end);
    }
    if (slicesEqual(name, CHOICES)) {
      if (this.hasChoices) return 0;
      this.hasChoices = true;
      return this.readChoices(usage, p, end);
    }
    const next = anyEnd(p, end, 1);
    const value = sliceBetween(p, next);
    if (slicesEqual(name, ID)) {
      if (this.id != ABSENT) return 0;
      this.id = value;
    } else if (slicesEqual(name, MODEL)) {
      if (this.model != ABSENT) return 0;
      this.model = value;
    } else if (!slicesEqual(name, OBJECT) && !slicesEqual(name, CREATED)) {
      if (hasEscape(name) || RESPONSE_MEMBERS.of(sliceOf(sliceStart(name) - 1, sliceSize(name) + 2))) return 0;
    }
    return next;
  }

  /** Reads a list of one choice: hardly any request asks for more. */
  private readChoices(usage: TokenUsage, start: usize, end: usize): usize {
    if (byteOrZero(start, end) != OPEN_LIST) return 0;
    const p = this.readObject(Level.Choice, usage, skipSpace(start + 1, end), end);
    if (!p) return 0;
    const next = skipSpace(p, end);
    return byteOrZero(next, end) == CLOSE_LIST ? next + 1 : 0;
  }

  private readOfChoice(name: Slice, p: usize, end: usize): usize {
    const next = anyEnd(p, end, 3);
    if (slicesEqual(name, REASON)) {
      if (this.reason != ABSENT) return 0;
      this.reason = sliceBetween(p, next);
    } else if (hasEscape(name) || slicesEqual(name, OTHER_REASON)) return 0;
    return next;
  }

  private readOfUsage(name: Slice, usage: TokenUsage, p: usize, end: usize): usize {
    if (slicesEqual(name, PROMPT_DETAILS)) return this.readDetails(Level.PromptDetails, usage, p, end);
    if (slicesEqual(name, COMPLETION_DETAILS)) return this.readDetails(Level.CompletionDetails, usage, p, end);
    const next = this.readCount(p, end);
    if (!next) return 0;
    const count = this.count;
    if (this.prompt < 0 && slicesEqual(name, PROMPT)) this.prompt = count;
    else if (this.completion < 0 && slicesEqual(name, COMPLETION)) this.completion = count;
    else if (this.total < 0 && slicesEqual(name, TOTAL)) this.total = count;
    else return 0;
    return next;
  }

  private readOfDetails(name: Slice, details: TokenDetails, p: usize, end: usize): usize {
    const next = this.readCount(p, end);
    if (!next || hasEscape(name)) return 0;
    details.take(name, this.count);
    return next;
  }

  private readCount(p: usize, end: usize): usize {
    const next = digitsEnd(p, end);
    this.count = numberOfDigits(p, next);
    return next;
  }

  private readDetails(level: Level, usage: TokenUsage, p: usize, end: usize): usize {
    return byteOrZero(p, end) == NULL ? anyEnd(p, end, 2) : this.readObject(level, usage, p, end);
  }
}

/** The address behind any value, which is validated; `depth`: the containers around it. */
// @ts-ignore: decorator
@inline
function anyEnd(p: usize, end: usize, depth: i32): usize {
  return validatedEnd(p, end, MAX_DEPTH - depth);
}

function hasEscape(name: Slice): bool {
  return indexOfByte(name, BACKSLASH) >= 0;
}
