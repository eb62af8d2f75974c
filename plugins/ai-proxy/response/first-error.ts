import { indexOfByte, Slice, sliceStartsWith, subslice } from "../../../assembly/bytes/slice";

const LF = 0x0a;
const FIELD = "data: ";
const TYPE = "event: ";

/** The data of the first of the events that a translated stream gives the client: the error object, where it is one. */
export function firstError(events: Slice): Slice {
  if (sliceStartsWith(events, TYPE)) return firstError(subslice(events, indexOfByte(events, LF) + 1));
  const data = sliceStartsWith(events, FIELD) ? subslice(events, FIELD.length) : events;
  const end = indexOfByte(data, LF);
  return end < 0 ? data : subslice(data, 0, end);
}
