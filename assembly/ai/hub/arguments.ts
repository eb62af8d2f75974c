import { ByteBuffer } from "../../bytes/buffer";
import { Slice, trimmed } from "../../bytes/slice";
import { unescapeJson } from "../../json/string";
import { jsonKind, JsonKind } from "../../json/value";
import { jsonValidate } from "../../json/validate";

const KEPT_BYTES = 4096;

/** Holds the arguments of one tool call. */
const input = new ByteBuffer();

/**
 * Appends the arguments of a tool call, the content of a JSON string, as a JSON object. Those that are none, such as ones that the limit
 * of tokens cut, become a text in one.
 */
export function writeArgumentsObject(content: Slice, out: ByteBuffer): void {
  input.release(KEPT_BYTES);
  unescapeJson(content, input);
  if (!input.size) out.text("{}");
  else if (!jsonValidate(input.slice) && jsonKind(trimmed(input.slice)) == JsonKind.Object) out.append(input.slice);
  else out.text('{"invalid_json":"').append(content).text('"}');
}
