import { indexOfByte, Slice, sliceStartsWith, subslice } from "../../../assembly/bytes/slice";

const LF = 0x0a;
const FIELD = "data: ";

/** The data of the first of the events that a translated stream gives the client: the error object, where it is one. */
export function firstError(events: Slice): Slice {
  const data = sliceStartsWith(events, FIELD) ? subslice(events, FIELD.length) : events;
  const end = indexOfByte(data, LF);
  return end < 0 ? data : subslice(data, 0, end);
}
