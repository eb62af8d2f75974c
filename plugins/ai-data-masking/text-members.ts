import { NameList } from "../../assembly/ai/name-list";
import { byteAt, Slice, sliceOfBuffer, sliceSize } from "../../assembly/bytes/slice";
import { jsonContent } from "../../assembly/json/value";
import { JsonWalker } from "../../assembly/json/walker";

/** Names and values of a protocol, and media: strings of these members, and of lists in them, are not texts. */
const OTHERS = new NameList(
  "role type id status index tool_call_id tool_use_id call_id item_id response_id previous_response_id signature thoughtSignature encrypted_content " +
    "cache_control stop_reason stop_sequence finish_reason object model name url image_url file_id file_data b64_json " +
    "media_type mime_type format detail system_fingerprint service_tier created enum const required pattern tool_choice " +
    "encoding_format embedding include modalities effort verbosity prompt_cache_key",
);

/** What a string member is. */
export const enum Member {
  Text,
  /** The JSON of a tool call. */
  Arguments,
  /** Nothing that is masked. */
  Other,
}

/** What the member is to which the walker has come, if its value is a string or a list of strings. */
export function memberKind(walker: JsonWalker): Member {
  if (walker.keyIs("arguments") || walker.keyIs("partial_json")) return Member.Arguments;
  return OTHERS.has(walker.key) ? Member.Other : Member.Text;
}

/**
 * Whether a JSONPath (RFC 9535) ends in the name of a member whose strings are texts, with or without an index behind it. Of a path that
 * ends in any other way, such as a filter or `..*`, it is not known.
 */
export function leadsToText(path: string): bool {
  let end = path.length;
  while (end && path.charAt(end - 1) == "]") {
    const open = path.lastIndexOf("[", end - 1);
    if (open < 0) return false;
    const inside = path.substring(open + 1, end - 1);
    const quote = inside.charAt(0);
    if (quote == "'" || quote == '"')
      return inside.length > 2 && inside.endsWith(quote) && isTextName(inside.slice(1, -1));
    if (inside != "*" && !isIndex(inside)) return false;
    end = open;
  }
  const dot = path.lastIndexOf(".", end - 1);
  return dot >= 0 && dot + 1 < end && isTextName(path.substring(dot + 1, end));
}

function isTextName(name: string): bool {
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i) | 0x20;
    const isLetter = unit - 0x61 < 26 && unit >= 0x61;
    if (!isLetter && !isIndex(name.charAt(i)) && name.charAt(i) != "_" && name.charAt(i) != "-") return false;
  }
  const key = String.UTF8.encode('"' + name + '"');
  return name != "logprobs" && name != "data" && !OTHERS.has(sliceOfBuffer(key));
}

function isIndex(text: string): bool {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 0x30 || text.charCodeAt(i) > 0x39) return false;
  return text.length > 0;
}

/** Whether a string under `data` is base64: an image or the like, and no document of text. */
export function isBase64(value: Slice): bool {
  const content = jsonContent(value);
  for (let i = 0; i < sliceSize(content); i++) {
    const byte = byteAt(content, i);
    const isLetter = (byte | 0x20) - 0x61 < 26 || byte - 0x2f < 11;
    if (!isLetter && byte != 0x2b && byte != 0x3d && byte != 0x2d && byte != 0x5f) return false;
  }
  // What is so short is no image.
  return sliceSize(content) >= 64;
}
