import { ByteBuffer } from "../../bytes/buffer";
import { ABSENT, byteAt, Slice, sliceEnd, sliceEndsWith, sliceEquals, sliceSize, sliceStart } from "../../bytes/slice";
import { JsonKind, jsonKind } from "../../json/value";
import { fieldName } from "./field-name";

/** Names of dropped fields of more bytes than this are not added to. */
const MOST_DROPPED = 512;
const SPACE = 0x20;

const NOWHERE = new ByteBuffer();

/** Who says a message. */
export const enum Role {
  System,
  User,
  Assistant,
}

/** Whether the model may, must or must not call a tool. */
export const enum ToolChoice {
  /** The model decides. */
  Auto,
  None,
  /** At least one, of its own choice. */
  Any,
  /** The one that is named. */
  Named,
}

/** How much the model should reason. */
export const enum Effort {
  /** Not at all. */
  None,
  Minimal,
  Low,
  Medium,
  High,
  Highest,
  /** As much as the model finds right. */
  Adaptive,
}

/** A number that controls how tokens are chosen. */
export const enum Sampling {
  Temperature,
  TopP,
  TopK,
  Seed,
  PresencePenalty,
  FrequencyPenalty,
}

/**
 * Takes a request for a chat as a sequence of calls, from the reader of the client's protocol, and writes it in the
 * provider's. The reader keeps this order, in which only `begin` and `end` must occur:
 * 1. `begin`;
 * 2. options: `stream`, `maxTokens`, `sampling`, `stopSequence` (once each, in a row), `reasoning`, `jsonObject` or `jsonSchema`,
 *    `user`, in any order;
 * 3. `tool` (once each), then `toolChoice`, then `parallelToolCalls`;
 * 4. for each message, in the order of the conversation, `beginMessage`, blocks, `endMessage`. The blocks are `text`,
 *    `imageData`, `imageUrl`, `documentData`, `documentUrl`, `audioData`, in messages of the assistant also `reasoningText`,
 *    `redactedReasoning` and `toolCall`, in those of the user also `beginToolResult`, texts, images and documents,
 *    `endToolResult`. The system's messages hold texts; they stand where the client put them, mostly at the beginning.
 *    Several messages of one role may follow each other, and a message may be empty;
 * 5. `end`.
 *
 * Every text, name and id is the content of a JSON string in UTF-8: escaped, without the quotes, so that it is copied from
 * one JSON text into another and never decoded. Where "JSON" is said it is a value token of validated JSON. Base64 data
 * and URLs are contents of JSON strings too. Absent parts are ABSENT. Slices are read during the call only, except those of `source`.
 *
 * Work is linear in the request, and so is the size of what is written. Each call returns `false` after a refusal; the
 * reader then stops.
 *
 * @example
 * sink.begin(model) && sink.beginMessage(Role.User) && sink.text(hello) && sink.endMessage() && sink.end();
 */
export abstract class RequestSink {
  /** Where the writer appends; set before `begin`. */
  out: ByteBuffer = NOWHERE;
  /** Why the request is refused, a sentence for the client; "" while it is not. */
  refusal: string = "";
  /** The path of the field at fault in the client's request, such as `messages[0].content[1].type`, or "". */
  refusalParam: string = "";
  /** The name of the client's field with the id of the end user. */
  userField: string = "user";
  /** The client's request, which stays valid until `end`; set before `begin`, or ABSENT. */
  source: Slice = ABSENT;
  /** The value in `out`, that of one member, which is valid JSON whatever the client sent; ABSENT if none is known to be. Set by `end`. */
  valid: Slice = ABSENT;
  /** The name of the client's field that asks for reasoning. */
  reasoningField: string = "reasoning_effort";
  /** The names of the client's fields that have no counterpart and were left out, divided by `, `. */
  readonly dropped: ByteBuffer = new ByteBuffer();

  /** The `format` in which chats name reasoning that this provider has signed or encrypted; "" for any. */
  get reasoningFormat(): string {
    return "";
  }

  /** Whether a slice stays valid until `end`, as those of the client's own request do. */
  protected staysValid(slice: Slice): bool {
    const source = this.source;
    return sliceStart(slice) >= sliceStart(source) && sliceEnd(slice) <= sliceEnd(source);
  }

  /** Begins a request for a model. */
  abstract begin(model: Slice): bool;

  /** Says that a stream of events is wanted; without it the response is whole. */
  abstract stream(): bool;

  /** Limits the tokens of the response, reasoning included; `count` is a JSON integer. */
  abstract maxTokens(count: Slice): bool;

  /** Sets a number, as JSON. */
  abstract sampling(kind: Sampling, value: Slice): bool;

  /** Adds a text before which the response ends. */
  abstract stopSequence(text: Slice): bool;

  /** Asks for reasoning; `budget` is the most tokens of it, as a JSON integer, or ABSENT. */
  abstract reasoning(effort: Effort, budget: Slice): bool;

  /** Asks for any JSON object as response. */
  abstract jsonObject(): bool;

  /** Asks for JSON that matches a schema, which is JSON; name and description may be ABSENT. */
  abstract jsonSchema(name: Slice, description: Slice, schema: Slice, isStrict: bool): bool;

  /** Names the end user by an opaque id. */
  abstract user(id: Slice): bool;

  /** Adds a function that the model may call; the description and the JSON schema of its arguments may be ABSENT. */
  abstract tool(name: Slice, description: Slice, schema: Slice, isStrict: bool): bool;

  /** Says whether tools are called; `name` is that of `Named`. */
  abstract toolChoice(choice: ToolChoice, name: Slice): bool;

  /** Allows, or forbids, several tool calls in one response. */
  abstract parallelToolCalls(isAllowed: bool): bool;

  /** Begins a message. */
  abstract beginMessage(role: Role): bool;

  /** Adds a text, to the message or to the open tool result. */
  abstract text(text: Slice): bool;

  /** Adds a picture of a media type, as Base64; `detail` is OpenAI's, or ABSENT. */
  abstract imageData(mediaType: Slice, data: Slice, detail: Slice): bool;

  /** Adds the picture at a URL; `detail` is OpenAI's, or ABSENT. */
  abstract imageUrl(url: Slice, detail: Slice): bool;

  /** Adds a document, such as a PDF, as Base64; the name of the file may be ABSENT. */
  abstract documentData(mediaType: Slice, data: Slice, name: Slice): bool;

  /** Adds the document at a URL; the name of the file may be ABSENT. */
  abstract documentUrl(url: Slice, name: Slice): bool;

  /** Adds sound, as Base64; `format` is its short name, such as `wav`. */
  audioData(format: Slice, data: Slice): bool {
    return this.refuse("The provider takes no sound.", "");
  }

  /** Adds what the assistant reasoned; `signature` is what the provider gave with it, or ABSENT. */
  abstract reasoningText(text: Slice, signature: Slice): bool;

  /** Adds reasoning of the assistant that only its provider can read. */
  abstract redactedReasoning(data: Slice): bool;

  /** Adds a tool call of the assistant; the arguments are a JSON object. */
  abstract toolCall(id: Slice, name: Slice, argumentsJson: Slice): bool;

  /** Begins the result of a tool call; `isError`: the tool failed, and the result says how. */
  abstract beginToolResult(callId: Slice, isError: bool): bool;

  /** Ends the result of a tool call. */
  abstract endToolResult(): bool;

  /** Ends a message. */
  abstract endMessage(): bool;

  /**
   * Marks the block, or the tool, that the next call adds: the provider should cache the request up to it. `control` is
   * Anthropic's `cache_control`, as JSON, and stays valid until that call. Writers of protocols without such marks leave it out.
   */
  cacheControl(control: Slice): void {}

  /** Ends the request: `out` holds it whole. */
  abstract end(): bool;

  /** Refuses the request; the first refusal counts. Returns `false`. */
  refuse(message: string, param: string): bool {
    if (this.refusal.length) return false;
    this.refusal = message;
    this.refusalParam = param;
    return false;
  }

  /**
   * Notes a field of the client that has no counterpart: visible ASCII. Of many only the first are noted, of the same one
   * several times in a row one. Returns `true`.
   */
  drop(field: string): bool {
    const dropped = this.dropped;
    const before = dropped.size - field.length;
    const isLast = sliceEndsWith(dropped.slice, field) && (!before || byteAt(dropped.slice, before - 1) == SPACE);
    if (dropped.size > MOST_DROPPED || isLast) return true;
    if (dropped.size) dropped.text(", ");
    dropped.text(field);
    return true;
  }

  /** Notes a member of one of the client's objects, unless it is `null`. Returns `true`. */
  dropMember(object: string, key: Slice, value: Slice): bool {
    if (jsonKind(value) == JsonKind.Null || this.dropped.size > MOST_DROPPED) return true;
    return this.drop(`${object}.${fieldName(key)}`);
  }

  /** Notes the `detail` of a picture that the provider reads as it sees fit, unless the client wants just that. */
  protected dropDetail(detail: Slice): void {
    if (sliceSize(detail) && !sliceEquals(detail, "auto")) this.drop("image_url.detail");
  }

  /** Makes it ready for another request; no large memory is kept. */
  reset(): void {
    this.out = NOWHERE;
    this.source = ABSENT;
    this.valid = ABSENT;
    this.refusal = "";
    this.refusalParam = "";
    this.userField = "user";
    this.reasoningField = "reasoning_effort";
    this.dropped.release(256);
  }
}
