import { ABSENT, Slice, sliceStartsWith } from "../bytes/slice";
import { jsonContent, jsonEquals, jsonGet, JsonKind, jsonKind } from "../json/value";

/** An image in the detail that models choose. https://platform.openai.com/docs/guides/images-vision#calculating-costs */
const IMAGE: i64 = 800;
const IMAGE_IN_LOW_DETAIL: i64 = 85;
/** About a minute of audio, or a page of a document with its image. */
const OTHER: i64 = 2000;

/** The tokens of a medium, whose bytes say little about them. `isImage`: its key says that it is an image. */
export function mediaTokens(isImage: bool, value: Slice): i64 {
  if (jsonKind(value) == JsonKind.Null) return 0;
  let type = jsonGet(value, "media_type");
  if (type == ABSENT) type = jsonGet(value, "mimeType");
  if (type == ABSENT) type = jsonGet(value, "mime_type");
  if (!isImage && !sliceStartsWith(jsonContent(type), "image/")) return OTHER;
  return jsonEquals(jsonGet(value, "detail"), "low") ? IMAGE_IN_LOW_DETAIL : IMAGE;
}

/** The text of a document of Anthropic's Messages that is plain; else ABSENT. https://docs.claude.com/en/api/messages */
export function sourceText(value: Slice): Slice {
  return jsonEquals(jsonGet(value, "type"), "text") ? jsonContent(jsonGet(value, "data")) : ABSENT;
}
