import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceEquals, sliceSize, sliceStartsWith } from "../../../../assembly/bytes/slice";
import {
  jsonContent,
  jsonEquals,
  jsonFirst,
  jsonGet,
  jsonKind,
  JsonKind,
  jsonNext,
} from "../../../../assembly/json/value";
import { JsonWriter } from "../../../../assembly/json/writer";
import { Place } from "./place";

/** What DashScope lets stand beside a part's text, image or video; its compatible mode takes the same names. */
const PART_OPTIONS: StaticArray<string> = [
  "min_pixels",
  "max_pixels",
  "total_pixels",
  "fps",
  "max_frames",
  "cache_control",
  "enable_rotate",
];

/** Holds one JSON string at a time that is put together from several. */
const joined = new ByteBuffer();

/** Whether a content holds anything but text, which only multimodal models read. */
export function hasMedia(content: Slice): bool {
  for (let part = jsonFirst(content); part != ABSENT; part = jsonNext(content, part)) {
    const type = jsonGet(part, "type");
    if (jsonKind(type) == JsonKind.String && !isText(type) && !isDocument(type)) return true;
  }
  return false;
}

/**
 * Whether a content names documents, which only the endpoint of the text models reads, in the client's own form:
 * https://www.alibabacloud.com/help/en/model-studio/data-mining-qwen-doc
 */
export function hasDocuments(content: Slice): bool {
  for (let part = jsonFirst(content); part != ABSENT; part = jsonNext(content, part)) {
    if (isDocument(jsonGet(part, "type"))) return true;
  }
  return false;
}

/** Whether a content marks a place that the provider should cache up to. */
export function hasCacheControl(content: Slice): bool {
  for (let part = jsonFirst(content); part != ABSENT; part = jsonNext(content, part)) {
    if (jsonGet(part, "cache_control") != ABSENT) return true;
  }
  return false;
}

/**
 * The text parts of a content as one JSON string, put together as the models' own chat template does it: without anything
 * in between. Valid until the next call; ABSENT if a part is no text.
 */
export function joinedText(content: Slice): Slice {
  joined.clear();
  joined.byte(0x22);
  for (let part = jsonFirst(content); part != ABSENT; part = jsonNext(content, part)) {
    const text = textOf(part, jsonGet(part, "type"));
    if (text == ABSENT) return ABSENT;
    joined.append(jsonContent(text));
  }
  return joined.byte(0x22).slice;
}

/** Gives back memory that a large content took. */
export function releaseContent(): void {
  joined.release(4096);
}

/** Writes an OpenAI content part as DashScope's; `false` when `place.refuse` said why not. */
export function writePart(place: Place, part: Slice, writer: JsonWriter): bool {
  if (jsonKind(part) != JsonKind.Object) return place.refuse("", "A content part must be an object.");
  const type = jsonGet(part, "type");
  writer.beginObject();
  if (!writeMedium(place, part, type, writer)) return false;
  for (let i = 0; i < PART_OPTIONS.length; i++) {
    const value = jsonGet(part, PART_OPTIONS[i]);
    if (value != ABSENT) writer.key(PART_OPTIONS[i]).raw(value);
  }
  writer.endObject();
  return true;
}

function writeMedium(place: Place, part: Slice, type: Slice, writer: JsonWriter): bool {
  if (jsonKind(type) != JsonKind.String) return place.refuse(".type", "A content part must have a type.");
  if (isText(type)) {
    const text = textOf(part, type);
    if (text == ABSENT) return place.refuse(".text", "The text of a content part must be a string.");
    writer.key("text").raw(text);
    return true;
  }
  if (jsonEquals(type, "image_url")) {
    const detail = jsonContent(jsonGet(jsonGet(part, "image_url"), "detail"));
    if (sliceSize(detail) && !sliceEquals(detail, "auto")) place.drop("image_url.detail");
    return writeUrl(place, part, "image_url", "image", writer);
  }
  if (jsonEquals(type, "video_url")) return writeUrl(place, part, "video_url", "video", writer);
  if (jsonEquals(type, "input_audio")) return writeAudio(place, jsonGet(part, "input_audio"), writer);
  if (jsonEquals(type, "video")) {
    const frames = jsonGet(part, "video");
    if (jsonKind(frames) != JsonKind.Array) return place.refuse(".video", "A video part must list its frames.");
    writer.key("video").raw(frames);
    return true;
  }
  return place.refuse(".type", "DashScope's own protocol has no content part of this type.", "unsupported_value");
}

/** Writes the `url` of an object; some clients put the URL itself in the object's place. */
function writeUrl(place: Place, part: Slice, name: string, medium: string, writer: JsonWriter): bool {
  const holder = jsonGet(part, name);
  const url = jsonKind(holder) == JsonKind.String ? holder : jsonGet(holder, "url");
  if (sliceSize(jsonContent(url)) == 0) return place.refuse(`.${name}.url`, "The part must have a URL.");
  writer.key(medium).raw(url);
  return true;
}

/** OpenAI's audio is bare Base64 beside its format, DashScope's is a URL, be it one that holds the data itself. */
function writeAudio(place: Place, audio: Slice, writer: JsonWriter): bool {
  const data = jsonGet(audio, "data");
  const bytes = jsonContent(data);
  if (sliceSize(bytes) == 0) return place.refuse(".input_audio.data", "An audio part must have its data.");
  writer.key("audio");
  if (sliceStartsWith(bytes, "data:") || sliceStartsWith(bytes, "http") || sliceStartsWith(bytes, "oss:")) {
    writer.raw(data);
    return true;
  }
  const format = jsonGet(audio, "format");
  if (jsonKind(format) != JsonKind.String) {
    return place.refuse(".input_audio.format", "The format of an audio part must be a string.");
  }
  joined.clear();
  joined.text('"data:audio/').append(jsonContent(format)).text(";base64,").append(bytes).byte(0x22);
  writer.raw(joined.slice);
  return true;
}

function isText(type: Slice): bool {
  return jsonEquals(type, "text") || jsonEquals(type, "refusal");
}

function isDocument(type: Slice): bool {
  return jsonEquals(type, "doc_url");
}

function textOf(part: Slice, type: Slice): Slice {
  if (jsonKind(type) != JsonKind.String) return ABSENT;
  const text = jsonGet(part, jsonEquals(type, "refusal") ? "refusal" : "text");
  return jsonKind(text) == JsonKind.String ? text : ABSENT;
}
