import { ReasoningMode } from "../../../assembly/ai/reasoning-mode";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceSize } from "../../../assembly/bytes/slice";
import { JsonEdit } from "../../../assembly/json/edit";
import { escapeUtf8 } from "../../../assembly/json/escape";
import {
  jsonContent,
  jsonEquals,
  jsonFirstKey,
  jsonGet,
  JsonKind,
  jsonKind,
  jsonMemberValue,
  jsonNextKey,
  jsonUnescape,
} from "../../../assembly/json/value";
import { ProviderConfig } from "../config/provider-config";
import { ReasoningPlace } from "../config/provider-settings";
import { isText, REASONING, REASONING_CONTENT, reasoningField, saysBesideContent } from "./promote-reasoning";
import { readParts } from "./thinking-parts";
import { ThinkTags } from "./think-tags";

const QUOTE = 0x22;
/** OpenRouter's list of the same reasoning. https://openrouter.ai/docs/use-cases/reasoning-tokens */
const DETAILS = "reasoning_details";
const KEPT_BYTES = 64 * 1024;

// The contents of JSON strings, of the message in hand.
const reasoning = new ByteBuffer();
const content = new ByteBuffer();
const text = new ByteBuffer();
const thought = new ByteBuffer();
const said = new ByteBuffer();
const built = new ByteBuffer();

/** Whether `<think>` was written into the content, and `</think>` behind it. */
const enum Quotation {
  None,
  Open,
  Closed,
}

/** The reasoning of one choice of a response: of its message, or of its deltas. */
export class ChoiceReasoning {
  private readonly tags: ThinkTags | null;
  private quotation: Quotation = Quotation.None;

  constructor(
    readonly index: i64,
    private readonly config: ProviderConfig,
  ) {
    this.tags = config.settings.reasoningPlace & ReasoningPlace.Tags ? new ThinkTags() : null;
  }

  /** Whether the client must still get something when the stream ends. */
  get owes(): bool {
    const tags = this.tags;
    return (tags !== null && tags.isHolding) || this.quotation == Quotation.Open;
  }

  /** Edits a message, or the delta of an event; returns whether something is left for the client. */
  edit(edit: JsonEdit, message: Slice, isLast: bool, isWhole: bool): bool {
    if (jsonKind(message) != JsonKind.Object) return true;
    reasoning.release(KEPT_BYTES);
    content.release(KEPT_BYTES);
    const field = reasoningField(message);
    if (field.length) reasoning.append(jsonContent(jsonGet(message, field)));
    const isMoved = this.readContent(jsonGet(message, "content"), isLast);
    const isStandard = this.config.reasoning == ReasoningMode.Passthrough && !isMoved && field != REASONING;
    const closes = this.quotation == Quotation.Open && this.ends(message, isMoved, isLast);
    if (isStandard || (!isMoved && !reasoning.size && !closes)) return true;
    built.release(KEPT_BYTES);
    const leavesSome = this.write(message, isMoved, isLast, isWhole);
    edit.replace(message, built.slice);
    return leavesSome;
  }

  /** Writes the delta of what is held at the end of a stream. */
  writeRest(out: ByteBuffer): void {
    reasoning.clear();
    content.clear();
    this.endTags();
    built.clear();
    this.write(ABSENT, true, true, false);
    out.append(built.slice);
  }

  /** Frees the memory. */
  free(): void {
    const tags = this.tags;
    if (tags) tags.free();
  }

  /** Reads the reasoning in a content into `reasoning`, and the rest into `content`; `false` if the content stays as it is. */
  private readContent(value: Slice, isLast: bool): bool {
    const kind = jsonKind(value);
    const place = this.config.settings.reasoningPlace;
    if (kind == JsonKind.Array) return (place & ReasoningPlace.Parts) != 0 && readParts(value, reasoning, content);
    const tags = this.tags;
    if (tags === null || tags.isPast) return false;
    const wasHolding = tags.isHolding;
    const isString = kind == JsonKind.String && sliceSize(jsonContent(value)) > 0;
    if (isString) {
      text.release(KEPT_BYTES);
      thought.release(KEPT_BYTES);
      said.release(KEPT_BYTES);
      jsonUnescape(value, text);
      tags.push(text.slice, thought, said);
      escapeUtf8(thought.slice, reasoning);
      escapeUtf8(said.slice, content);
    }
    if (isLast) this.endTags();
    // A first piece that cannot begin a tag is the content as it is.
    const isPlain = tags.isPast && !wasHolding && !reasoning.size && said.size == text.size;
    return isString ? !isPlain : isLast && (reasoning.size > 0 || content.size > 0);
  }

  private endTags(): void {
    const tags = this.tags;
    if (tags === null) return;
    thought.release(KEPT_BYTES);
    said.release(KEPT_BYTES);
    tags.end(thought, said);
    escapeUtf8(thought.slice, reasoning);
    escapeUtf8(said.slice, content);
  }

  /** Writes the message into `built` with the reasoning where the client gets it; returns whether it says something. */
  private write(message: Slice, isMoved: bool, isLast: bool, isWhole: bool): bool {
    const mode = this.config.reasoning;
    const concatenates = mode == ReasoningMode.Concat;
    const old = jsonGet(message, "content");
    let leavesSome = false;
    built.byte(0x7b);
    for (let key = jsonFirstKey(message); key != ABSENT;) {
      const value = jsonMemberValue(message, key);
      const isContent = jsonEquals(key, "content");
      if (!isReasoning(key, mode) && !(isContent && (isMoved || concatenates))) {
        separate();
        built.append(key).byte(0x3a).append(value);
        if (isFilled(value)) leavesSome = true;
      }
      key = jsonNextKey(message, value);
    }
    if (mode == ReasoningMode.Passthrough && reasoning.size) {
      member(REASONING_CONTENT);
      built.append(reasoning.slice).byte(QUOTE);
      leavesSome = true;
    }
    if (isMoved || concatenates) {
      const rest = isMoved ? content.slice : jsonContent(old);
      const start = built.size;
      member("content");
      const from = built.size;
      if (concatenates) this.quote(this.ends(message, isMoved, isLast));
      built.append(rest);
      if (built.size > from) leavesSome = true;
      // A message has a content, and a delta only if it says something.
      if (built.size == from && !isWhole) built.size = start;
      else if (built.size == from && !isMoved && jsonKind(old) == JsonKind.Null) {
        built.size = from - 1;
        built.text("null");
      } else built.byte(QUOTE);
    }
    built.byte(0x7d);
    return leavesSome;
  }

  /** Whether no reasoning follows: the message says something else, or ends. */
  private ends(message: Slice, isMoved: bool, isLast: bool): bool {
    if (isLast || saysBesideContent(message)) return true;
    return isMoved ? content.size > 0 : isText(jsonGet(message, "content"));
  }

  /** Appends the reasoning between its tags; `ends`: none follows. */
  private quote(ends: bool): void {
    if (reasoning.size && this.quotation != Quotation.Closed) {
      if (this.quotation == Quotation.None) built.text("<think>");
      this.quotation = Quotation.Open;
      built.append(reasoning.slice);
    }
    if (!ends || this.quotation != Quotation.Open) return;
    built.text("</think>\\n");
    this.quotation = Quotation.Closed;
  }
}

/** Whether the member is written by `write`, or never. */
function isReasoning(key: Slice, mode: ReasoningMode): bool {
  if (jsonEquals(key, REASONING_CONTENT)) return true;
  if (jsonEquals(key, REASONING)) return true;
  return mode != ReasoningMode.Passthrough && jsonEquals(key, DETAILS);
}

function isFilled(value: Slice): bool {
  const kind = jsonKind(value);
  if (kind == JsonKind.Array) return sliceSize(value) > 2;
  return kind == JsonKind.String ? isText(value) : kind != JsonKind.Null;
}

function separate(): void {
  if (built.size > 1) built.byte(0x2c);
}

function member(name: string): void {
  separate();
  built.byte(QUOTE).text(name).text('":"');
}
