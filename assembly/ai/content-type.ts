import { constant } from "../bytes/constant";
import { Slice, slicesEqual } from "../bytes/slice";

const JSON_TYPE = constant("application/json");

/** Whether a content type is that of JSON as most write it, in lower case and without parameters: a short look before those at other types. */
export function isPlainJson(contentType: Slice): bool {
  return slicesEqual(contentType, JSON_TYPE);
}
