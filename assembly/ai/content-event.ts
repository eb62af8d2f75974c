import { ABSENT, Slice, sliceEquals, sliceSize, sliceStartsWith } from "../bytes/slice";
import { jsonContent, jsonEquals, jsonFirst, jsonFirstKey, jsonGet, JsonKind, jsonKind, jsonNext } from "../json/value";
import { jsonValidate } from "../json/validate";
import { JsonWalker } from "../json/walker";
import { Api } from "./api";

/** What the beginning of a stream says. */
export const enum FirstContent {
  /** Nothing yet that the client waits for. */
  Waiting,
  /** The response has begun. */
  Content,
  /** It is an error. */
  Error,
  /** It is whole, and had neither content nor an error. */
  End,
}

const walker = new JsonWalker();

/** What one event with data says, to a client of the API. */
export function readContentEvent(api: Api, event: Slice, data: Slice): FirstContent {
  if (sliceEquals(event, "error")) return FirstContent.Error;
  if (sliceEquals(data, "[DONE]")) return FirstContent.End;
  // What cannot be judged is the client's to read.
  if (!sliceSize(data)) return FirstContent.Waiting;
  if (jsonValidate(data)) return FirstContent.Content;
  if (isErrorObject(data)) return FirstContent.Error;
  switch (api) {
    case Api.ChatCompletions:
    case Api.Completions:
      return ofChat(data);
    case Api.Messages:
      return ofMessages(data);
    case Api.Responses:
      return ofResponses(data);
    default:
      return FirstContent.Content;
  }
}

/**
 * Whether a valid JSON value is an error: OpenAI's (`error`), Anthropic's (`"type":"error"`), vLLM's (`"object":"error"`), or
 * DashScope's (`code` and `message`, and nothing of a response).
 */
export function isErrorObject(value: Slice): bool {
  const error = jsonGet(value, "error");
  const kind = jsonKind(error);
  if (kind == JsonKind.Object || isText(error)) return true;
  if (jsonEquals(jsonGet(value, "type"), "error") || jsonEquals(jsonGet(value, "object"), "error")) return true;
  const code = jsonGet(value, "code");
  const isCode = isText(code) || (jsonKind(code) == JsonKind.Number && !sliceEquals(code, "0"));
  if (!isCode || jsonKind(jsonGet(value, "message")) != JsonKind.String) return false;
  return jsonGet(value, "choices") == ABSENT && jsonGet(value, "output") == ABSENT;
}

/** https://platform.openai.com/docs/api-reference/chat/streaming; `text` is that of completions. */
function ofChat(data: Slice): FirstContent {
  const choices = jsonGet(data, "choices");
  for (let choice = jsonFirst(choices); choice != ABSENT; choice = jsonNext(choices, choice)) {
    const finish = jsonGet(choice, "finish_reason");
    if (jsonEquals(finish, "error")) return FirstContent.Error;
    if (isText(finish) || isText(jsonGet(choice, "text"))) return FirstContent.Content;
    if (hasContent(jsonGet(choice, "delta")) || hasContent(jsonGet(choice, "message"))) return FirstContent.Content;
  }
  return FirstContent.Waiting;
}

/** Whether a delta has anything but a role: providers have several names for reasoning, and new ones come. */
function hasContent(delta: Slice): bool {
  walker.start(delta);
  if (!walker.enterObject()) return false;
  while (walker.nextMember()) {
    const isRole = walker.keyIs("role") || walker.keyIs("name") || walker.keyIs("id") || walker.keyIs("type");
    if (isFilled(walker.value()) && !isRole) return true;
  }
  return false;
}

/** https://docs.claude.com/en/docs/build-with-claude/streaming */
function ofMessages(data: Slice): FirstContent {
  const type = jsonGet(data, "type");
  if (jsonEquals(type, "content_block_start")) {
    const block = jsonGet(data, "content_block");
    const kind = jsonGet(block, "type");
    if (jsonEquals(kind, "text")) return contentIf(isText(jsonGet(block, "text")));
    return contentIf(!jsonEquals(kind, "thinking") || isText(jsonGet(block, "thinking")));
  }
  if (jsonEquals(type, "content_block_delta")) return contentIf(hasContent(jsonGet(data, "delta")));
  if (jsonEquals(type, "message_delta")) return contentIf(isText(jsonGet(jsonGet(data, "delta"), "stop_reason")));
  return jsonEquals(type, "message_stop") ? FirstContent.End : FirstContent.Waiting;
}

/** https://platform.openai.com/docs/api-reference/responses-streaming */
function ofResponses(data: Slice): FirstContent {
  const type = jsonContent(jsonGet(data, "type"));
  if (sliceEquals(type, "response.failed")) return FirstContent.Error;
  if (!sliceStartsWith(type, "response.")) return FirstContent.Waiting;
  if (sliceEquals(type, "response.created") || sliceEquals(type, "response.in_progress")) return FirstContent.Waiting;
  if (sliceEquals(type, "response.queued")) return FirstContent.Waiting;
  if (sliceEquals(type, "response.output_item.added")) {
    const item = jsonGet(data, "item");
    const kind = jsonGet(item, "type");
    if (jsonEquals(kind, "message")) return contentIf(isFilled(jsonGet(item, "content")));
    return contentIf(!jsonEquals(kind, "reasoning") || isFilled(jsonGet(item, "summary")));
  }
  const part = jsonGet(data, "part");
  if (part != ABSENT && !sliceEquals(type, "response.content_part.done")) {
    return contentIf(isText(jsonGet(part, "text")) || isText(jsonGet(part, "refusal")));
  }
  const delta = jsonGet(data, "delta");
  return contentIf(delta == ABSENT || isFilled(delta));
}

// @ts-ignore: decorator
@inline
function contentIf(isContent: bool): FirstContent {
  return isContent ? FirstContent.Content : FirstContent.Waiting;
}

/** Whether the value is a string that is not empty. */
function isText(value: Slice): bool {
  return sliceSize(jsonContent(value)) > 0;
}

/** Whether the value is a string, an array or an object that is not empty. */
function isFilled(value: Slice): bool {
  switch (jsonKind(value)) {
    case JsonKind.String:
      return sliceSize(value) > 2;
    case JsonKind.Array:
      return jsonFirst(value) != ABSENT;
    case JsonKind.Object:
      return jsonFirstKey(value) != ABSENT;
    default:
      return false;
  }
}
