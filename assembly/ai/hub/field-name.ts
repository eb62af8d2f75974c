import { byteAt, lowerCase, Slice, sliceSize, sliceToString } from "../../bytes/slice";
import { jsonPlain } from "../../json/value";

/** The longest name of a field that the client is told, in bytes. */
const LONGEST_NAME = 64;
const UNDERSCORE = 0x5f;

/** The name of a field, a JSON string, for `RequestSink.drop`: short, and of letters that stand in any header. */
export function fieldName(key: Slice): string {
  const name = jsonPlain(key);
  const size = sliceSize(name);
  if (size == 0 || size > LONGEST_NAME) return "unknown";
  for (let i = 0; i < size; i++) {
    const byte = byteAt(name, i);
    if (byte != UNDERSCORE && lowerCase(byte) - 0x61 > 25) return "unknown";
  }
  return sliceToString(name);
}
