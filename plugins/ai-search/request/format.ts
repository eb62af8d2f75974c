import { Slice } from "../../../assembly/bytes/slice";
import { jsonEquals, jsonGet, JsonKind, jsonKind } from "../../../assembly/json/value";

/**
 * Whether a request wants its response in a format, such as JSON of a schema, which a text of references would break.
 * https://platform.openai.com/docs/guides/structured-outputs · https://docs.claude.com/en/docs/build-with-claude/structured-outputs
 */
export function wantsFormat(root: Slice): bool {
  if (isFormat(jsonGet(root, "response_format")) || isFormat(jsonGet(jsonGet(root, "text"), "format"))) return true;
  return isFormat(jsonGet(root, "output_format")) || isFormat(jsonGet(jsonGet(root, "output_config"), "format"));
}

function isFormat(format: Slice): bool {
  const type = jsonGet(format, "type");
  return jsonKind(type) == JsonKind.String && !jsonEquals(type, "text");
}
