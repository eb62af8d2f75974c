import { byteAt, lowerCase, Slice, sliceSize, sliceToString } from "../../bytes/slice";
import { jsonPlain } from "../../json/value";

/** The longest name of a field that the client is told, in bytes. */
const LONGEST_NAME = 64;
const UNDERSCORE = 0x5f;

/** The name of a field, a string token, for a header: short, and of letters that stand in any header. */
export function fieldName(key: Slice): string {
  const name = jsonPlain(key);
  if (sliceSize(name) > LONGEST_NAME) return "unknown";
  for (let i = 0; i < sliceSize(name); i++) {
    const byte = byteAt(name, i);
    if (byte != UNDERSCORE && lowerCase(byte) - 0x61 > 25) return "unknown";
  }
  return sliceSize(name) ? sliceToString(name) : "unknown";
}
