import { ABSENT, Slice, sliceEnd, sliceSize, sliceStart } from "../bytes/slice";
import { skipSpace } from "./space";
import { stringIs } from "./string";
import { tokenAt } from "./token";

export { jsonDecimal, jsonInteger, jsonIsInteger, jsonNumber } from "./number";
export { jsonContent, jsonEquals, jsonPlain, jsonText, jsonUnescape, jsonUtf8 } from "./string";

/** What a value is. */
export const enum JsonKind {
  Absent,
  Object,
  Array,
  String,
  Number,
  True,
  False,
  Null,
}

/** The kind of a value token, told by its first byte. */
export function jsonKind(value: Slice): JsonKind {
  switch (firstByte(value)) {
    case 0x7b:
      return JsonKind.Object;
    case 0x5b:
      return JsonKind.Array;
    case 0x22:
      return JsonKind.String;
    case 0x74:
      return JsonKind.True;
    case 0x66:
      return JsonKind.False;
    case 0x6e:
      return JsonKind.Null;
    default:
      return firstByte(value) == 0x2d || firstByte(value) - 0x30 < 10 ? JsonKind.Number : JsonKind.Absent;
  }
}

/** Whether the value is `true`. */
export function jsonIsTrue(value: Slice): bool {
  return firstByte(value) == 0x74;
}

/** The value of an object's member, the last one if the key occurs twice; `ABSENT` if there is none or it is no object. */
export function jsonGet(object: Slice, key: string): Slice {
  const units = changetype<usize>(key);
  const length = key.length;
  let found = ABSENT;
  for (let token = jsonFirstKey(object); token != ABSENT;) {
    const value = jsonMemberValue(object, token);
    if (stringIs(token, units, length)) found = value;
    token = jsonNextKey(object, value);
  }
  return found;
}

/** The element at `index`, or ABSENT. Reads the elements before it: to visit all, use jsonFirst and jsonNext. */
export function jsonAt(array: Slice, index: i32): Slice {
  let element = index < 0 ? ABSENT : jsonFirst(array);
  for (let i = 0; i < index && element != ABSENT; i++) element = jsonNext(array, element);
  return element;
}

/** The first element of an array, or ABSENT. */
export function jsonFirst(array: Slice): Slice {
  return firstByte(array) == 0x5b ? elementAt(sliceStart(array) + 1, sliceEnd(array)) : ABSENT;
}

/** The element after `element`, or ABSENT. */
export function jsonNext(array: Slice, element: Slice): Slice {
  return afterByte(array, element, 0x2c);
}

/** The first key token of an object, with its quotes, or ABSENT. */
export function jsonFirstKey(object: Slice): Slice {
  return firstByte(object) == 0x7b ? keyOnly(elementAt(sliceStart(object) + 1, sliceEnd(object))) : ABSENT;
}

/** The value that belongs to a key token of this object. */
export function jsonMemberValue(object: Slice, key: Slice): Slice {
  return afterByte(object, key, 0x3a);
}

/** The key token after the member whose value is `value`, or ABSENT. */
export function jsonNextKey(object: Slice, value: Slice): Slice {
  return keyOnly(afterByte(object, value, 0x2c));
}

// @ts-ignore: decorator
@inline
function firstByte(value: Slice): u32 {
  return sliceSize(value) > 0 ? load<u8>(sliceStart(value)) : 0;
}

// @ts-ignore: decorator
@inline
function keyOnly(token: Slice): Slice {
  return firstByte(token) == 0x22 ? token : ABSENT;
}

/** The token after the separator that follows `token`, if both are inside of `container`. */
function afterByte(container: Slice, token: Slice, separator: u32): Slice {
  const end = sliceEnd(container);
  const from = sliceEnd(token);
  if (from <= sliceStart(container) || from >= end) return ABSENT;
  const p = skipSpace(from, end);
  return p < end && load<u8>(p) == separator ? elementAt(p + 1, end) : ABSENT;
}

function elementAt(from: usize, end: usize): Slice {
  const p = skipSpace(from, end);
  // A closing bracket does not begin a token.
  return p < end && (load<u8>(p) | 0x20) != 0x7d ? tokenAt(p, end) : ABSENT;
}
