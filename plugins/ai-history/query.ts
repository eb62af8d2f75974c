import { decodePercent } from "../../assembly/bytes/percent";
import { parseDecimal } from "../../assembly/bytes/decimal";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { queryOf, QueryParameters } from "../../assembly/bytes/query";
import { byteAt, Slice, sliceEndsWith, sliceEquals, sliceSize, subslice } from "../../assembly/bytes/slice";

const QUERY_PATH = "/ai-history/query";
const SLASH: u32 = 0x2f;

const parameters = new QueryParameters();
const text = new ByteBuffer();

/** Whether a path without its query is the one at which a client reads its history, whatever stands before it. */
export function isQueryPath(path: Slice): bool {
  const size = sliceSize(path);
  const isEnded = size > 0 && byteAt(path, size - 1) == SLASH;
  return sliceEndsWith(isEnded ? subslice(path, 0, size - 1) : path, QUERY_PATH);
}

/** The number in a parameter of a path's query; `fallback` without the parameter, -1 if it is no number. */
export function countIn(path: Slice, name: string, fallback: i32): i32 {
  parameters.begin(queryOf(path));
  while (parameters.next()) {
    if (!sliceEquals(parameters.name, name)) continue;
    text.clear();
    return parseDecimal(decodePercent(parameters.value, text, true));
  }
  return fallback;
}
