import { ABSENT, Slice, sliceBetween, sliceEnd, sliceStart } from "../bytes/slice";
import { JsonEdit } from "./edit";
import { jsonEquals } from "./string";
import { jsonFirstKey, jsonGet, jsonMemberValue, jsonNextKey } from "./value";

/** Sets a member of any object in the edited document to a JSON value; a new member is appended. */
export function setMember(edit: JsonEdit, object: Slice, key: string, raw: Slice): void {
  const value = jsonGet(object, key);
  if (value == ABSENT) edit.insertMember(object, key, raw);
  else edit.replace(value, raw);
}

/**
 * Removes a member, with its comma, from any object in the edited document. Only one member of an object can be removed in the
 * same edit, and none added if it was the only one.
 */
export function removeMember(edit: JsonEdit, object: Slice, key: string): void {
  let before = ABSENT;
  for (let token = jsonFirstKey(object); token != ABSENT;) {
    const value = jsonMemberValue(object, token);
    const next = jsonNextKey(object, value);
    if (jsonEquals(token, key)) {
      const from = before == ABSENT ? sliceStart(token) : sliceEnd(before);
      const to = before == ABSENT && next != ABSENT ? sliceStart(next) : sliceEnd(value);
      edit.replace(sliceBetween(from, to), ABSENT);
      return;
    }
    before = value;
    token = next;
  }
}

/** The key token of an object's member, with its quotes, so that it can be replaced; ABSENT if there is none. */
export function keyOf(object: Slice, key: string): Slice {
  for (let token = jsonFirstKey(object); token != ABSENT;) {
    if (jsonEquals(token, key)) return token;
    token = jsonNextKey(object, jsonMemberValue(object, token));
  }
  return ABSENT;
}
