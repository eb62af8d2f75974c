import { parseDecimal } from "../../../bytes/decimal";
import { ABSENT, Slice, sliceSize, sliceStartsWith, subslice } from "../../../bytes/slice";
import { JsonDocument } from "../../../json/document";
import { jsonGet, jsonKind, JsonKind } from "../../../json/value";

/**
 * The message of an error: DashScope's own has it at the top, its compatible mode below `error` as OpenAI does.
 * https://www.alibabacloud.com/help/en/model-studio/error-code
 */
export function errorMessageOf(response: JsonDocument): Slice {
  return textOf(response, "message");
}

/** The code of an error, found where its message is. */
export function errorCodeOf(response: JsonDocument): Slice {
  return textOf(response, "code");
}

/** The status that DashScope writes into a comment of each event (`:HTTP_STATUS/429`); 500 if it names no error. */
export function statusOf(comment: Slice): i32 {
  const prefix = "HTTP_STATUS/";
  if (!sliceStartsWith(comment, prefix) || sliceSize(comment) != prefix.length + 3) return 500;
  const status = parseDecimal(subslice(comment, prefix.length));
  return status < 400 ? 500 : status;
}

function textOf(response: JsonDocument, key: string): Slice {
  const own = response.get(key);
  if (jsonKind(own) == JsonKind.String) return own;
  const nested = jsonGet(response.get("error"), key);
  return jsonKind(nested) == JsonKind.String ? nested : ABSENT;
}
