import { ABSENT, Slice, sliceSize, sliceStartsWith, sliceToString, subslice } from "../../../bytes/slice";
import { jsonContent, jsonEquals, jsonFirst, jsonGet, jsonIsTrue, jsonKind, JsonKind } from "../../../json/value";
import { JsonWalker } from "../../../json/walker";
import { RequestSink, Role } from "../../hub/request-sink";
import { ownSignature } from "../../hub/signature";
import { Block } from "./block";

/** The longest name of a type that a refusal repeats, in bytes. */
const LONGEST_TYPE = 64;

const blocks = new JsonWalker();
const parts = new JsonWalker();
const block = new Block();
const part = new Block();

/** Where a refusal finds what it is about. */
let message: i32 = 0;
let position: i32 = 0;
/** The position in the content of a tool result, or -1. */
let inner: i32 = -1;

/**
 * Reads the content of a message, a string or a list of blocks, into a sink. `index` is the position of the message, -1 for
 * `system`. `false` if the sink refused. https://platform.claude.com/docs/en/api/messages
 */
export function readContent(content: Slice, role: Role, index: i32, sink: RequestSink): bool {
  if (jsonKind(content) == JsonKind.String) return sink.text(jsonContent(content));
  message = index;
  position = -1;
  inner = -1;
  blocks.start(content);
  if (!blocks.enterArray()) return refuse("The content of a message must be a string or a list of blocks.", "", sink);
  while (blocks.nextElement()) {
    position++;
    if (!block.read(blocks)) return refuse("A content block must be an object.", "", sink);
    if (readBlock(role, sink)) continue;
    if (!sink.refusalParam.length) sink.refusalParam = pathOf("");
    return false;
  }
  return true;
}

function readBlock(role: Role, sink: RequestSink): bool {
  if (jsonKind(block.cacheControl) == JsonKind.Object) sink.cacheControl(block.cacheControl);
  if (jsonEquals(block.type, "text")) return readText(block, role, sink);
  if (role == Role.User && jsonEquals(block.type, "tool_result")) return readToolResult(sink);
  if (role == Role.User) return readMedium(block, sink);
  if (role == Role.Assistant) {
    if (jsonEquals(block.type, "tool_use")) return readToolUse(sink);
    if (jsonEquals(block.type, "thinking")) {
      const text = jsonContent(block.thinking);
      const signature = ownSignature(sink.reasoningFormat, jsonContent(block.signature));
      // What another provider has signed without a text says nothing to this one.
      if (signature == ABSENT && !sliceSize(text)) return sink.drop("messages.thinking");
      return sink.reasoningText(text, signature);
    }
    if (jsonEquals(block.type, "redacted_thinking")) return sink.redactedReasoning(jsonContent(block.data));
  }
  return refuseType(block, sink);
}

function readText(from: Block, role: Role, sink: RequestSink): bool {
  if (jsonKind(from.text) != JsonKind.String) {
    return refuse("The text of a block must be a string.", ".text", sink);
  }
  const text = jsonContent(from.text);
  if (jsonFirst(from.citations) != ABSENT) sink.drop("messages.citations");
  return role == Role.System && isBillingNote(text) ? true : sink.text(text);
}

/**
 * Whether a text is the line for Anthropic's billing that Claude Code puts before its system prompt. It differs from
 * request to request: another provider's prompt cache would never be hit.
 */
function isBillingNote(text: Slice): bool {
  return sliceStartsWith(text, "x-anthropic-billing-header:");
}

function readToolUse(sink: RequestSink): bool {
  if (jsonKind(block.id) != JsonKind.String) return refuseMember("id", sink);
  if (jsonKind(block.name) != JsonKind.String) return refuseMember("name", sink);
  if (jsonKind(block.input) != JsonKind.Object) {
    return refuse("The input of a tool call must be an object.", ".input", sink);
  }
  return sink.toolCall(jsonContent(block.id), jsonContent(block.name), block.input);
}

function readToolResult(sink: RequestSink): bool {
  if (jsonKind(block.toolUseId) != JsonKind.String) return refuseMember("tool_use_id", sink);
  if (!sink.beginToolResult(jsonContent(block.toolUseId), jsonIsTrue(block.isError))) return false;
  const content = block.content;
  const kind = jsonKind(content);
  if (kind == JsonKind.String && !sink.text(jsonContent(content))) return false;
  if (kind == JsonKind.Array && !readParts(content, sink)) return false;
  if (kind == JsonKind.Object || kind == JsonKind.Number || kind == JsonKind.True || kind == JsonKind.False) {
    return refuse("The content of a tool result must be a string or a list of blocks.", ".content", sink);
  }
  return sink.endToolResult();
}

/** Reads the parts of a tool result. */
function readParts(content: Slice, sink: RequestSink): bool {
  parts.start(content);
  if (!parts.enterArray()) return true;
  while (parts.nextElement()) {
    inner++;
    if (!part.read(parts)) return refuse("A content block must be an object.", "", sink);
    if (jsonEquals(part.type, "text") ? !readText(part, Role.User, sink) : !readMedium(part, sink)) return false;
  }
  inner = -1;
  return true;
}

/** Reads a picture or a document. */
function readMedium(from: Block, sink: RequestSink): bool {
  const isImage = jsonEquals(from.type, "image");
  if (!isImage && !jsonEquals(from.type, "document")) return refuseType(from, sink);
  const source = from.source;
  const kind = jsonGet(source, "type");
  const title = jsonContent(from.title);
  if (!isImage && !readAbout(from, jsonEquals(kind, "text") ? title : ABSENT, sink)) return false;
  if (jsonEquals(kind, "base64")) {
    const mediaType = jsonContent(jsonGet(source, "media_type"));
    const data = jsonContent(jsonGet(source, "data"));
    if (!sliceSize(mediaType) || !sliceSize(data)) {
      return refuse("The source must have a media_type and data.", ".source", sink);
    }
    return isImage ? sink.imageData(mediaType, data, ABSENT) : sink.documentData(mediaType, data, title);
  }
  if (jsonEquals(kind, "url")) {
    const url = jsonContent(jsonGet(source, "url"));
    if (!sliceSize(url)) return refuse("The source must have a url.", ".source.url", sink);
    return isImage ? sink.imageUrl(url, ABSENT) : sink.documentUrl(url, title);
  }
  const text = jsonGet(source, "data");
  if (!isImage && jsonEquals(kind, "text") && jsonKind(text) == JsonKind.String) return sink.text(jsonContent(text));
  return refuse("This provider takes no source of this type.", ".source.type", sink);
}

/**
 * Reads what a document says about itself, which the model reads too, into texts before it: `title`, ABSENT if it is the name
 * of a file, and its context. https://platform.claude.com/docs/en/build-with-claude/citations
 */
function readAbout(from: Block, title: Slice, sink: RequestSink): bool {
  if (jsonIsTrue(jsonGet(from.citations, "enabled"))) sink.drop("messages.citations");
  const context = jsonContent(from.context);
  if (!sliceSize(title) && !sliceSize(context)) return true;
  // The mark for the cache is on the document.
  sink.cacheControl(ABSENT);
  if (sliceSize(title) && !sink.text(title)) return false;
  if (sliceSize(context) && !sink.text(context)) return false;
  if (jsonKind(from.cacheControl) == JsonKind.Object) sink.cacheControl(from.cacheControl);
  return true;
}

function refuseMember(name: string, sink: RequestSink): bool {
  return refuse(`A ${name} must be a string.`, `.${name}`, sink);
}

function refuseType(from: Block, sink: RequestSink): bool {
  const type = sliceToString(subslice(jsonContent(from.type), 0, LONGEST_TYPE));
  const reason = type.length
    ? `This provider takes no content block of type '${type}' here.`
    : "A content block must have a type.";
  return refuse(reason, ".type", sink);
}

function refuse(reason: string, member: string, sink: RequestSink): bool {
  return sink.refuse(reason, pathOf(member));
}

function pathOf(member: string): string {
  let path = message < 0 ? "system" : `messages[${message}].content`;
  if (position >= 0) path += `[${position}]`;
  if (inner >= 0) path += `.content[${inner}]`;
  return path + member;
}
