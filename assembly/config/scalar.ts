import { ABSENT, byteAt, indexOfByte, Slice, sliceEquals, sliceSize } from "../bytes/slice";
import { JsonKind, jsonKind, jsonPlain } from "../json/value";

// What Higress's readers take in the place of a value's own type: its C++ plugins numbers for texts, texts of digits for
// numbers, and "true" and "false" (plugins/wasm-cpp/common/json_util.cc); its Go plugins (gjson) far more.

/** The most digits of a whole number. */
const MOST_DIGITS = 19;
/** The longest text of a decimal number. */
const MOST_DECIMAL_SIZE = 40;
const POINT: u32 = 0x2e;

/** Whether a token is a number that is written without an exponent, so that its text is what its author wrote. */
export function isPlainNumber(value: Slice): bool {
  return jsonKind(value) == JsonKind.Number && indexOfByte(value, 0x65) < 0 && indexOfByte(value, 0x45) < 0;
}

/** The token of a number for a text of digits; any other token unchanged. */
export function asNumber(value: Slice): Slice {
  const text = jsonPlain(value);
  const size = text == ABSENT ? 0 : sliceSize(text);
  if (size == 0 || size > MOST_DIGITS) return value;
  for (let i = 0; i < size; i++) if (byteAt(text, i) - 0x30 >= 10) return value;
  return text;
}

/** The token of a number for a text of digits with or without a decimal point between them; any other token unchanged. */
export function asDecimal(value: Slice): Slice {
  const text = jsonPlain(value);
  const size = text == ABSENT ? 0 : sliceSize(text);
  if (size == 0 || size > MOST_DECIMAL_SIZE) return value;
  const point = indexOfByte(text, POINT);
  if (point == 0 || point == size - 1) return value;
  for (let i = 0; i < size; i++) if (byteAt(text, i) - 0x30 >= 10 && i != point) return value;
  return text;
}

/** The token of a boolean for the texts "true" and "false"; any other token unchanged. */
export function asTruth(value: Slice): Slice {
  const text = jsonPlain(value);
  if (text == ABSENT) return value;
  if (sliceEquals(text, "true") || sliceEquals(text, "false")) return text;
  return value;
}
