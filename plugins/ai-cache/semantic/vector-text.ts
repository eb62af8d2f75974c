import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceSize } from "../../../assembly/bytes/slice";
import { jsonFirst, JsonKind, jsonKind, jsonNext, jsonNumber } from "../../../assembly/json/value";

/** The largest models have 4,096 dimensions. */
const MOST_DIMENSIONS: i32 = 8192;
const LONGEST_NUMBER: i32 = 40;
/** Stores keep 32-bit floats. */
const LARGEST: f64 = 1e30;
const COMMA: u32 = 0x2c;

/**
 * Appends a vector as a JSON array without white space. Returns `false`, and appends nothing, if the value is none: a member is not a number or too
 * large, there are none or too many, or all are 0.
 */
export function copyVector(array: Slice, out: ByteBuffer): bool {
  const from = out.size;
  let count = 0;
  let isZero = true;
  let isVector = true;
  out.byte(0x5b);
  for (let item = jsonFirst(array); item && isVector; item = jsonNext(array, item)) {
    const number = jsonKind(item) == JsonKind.Number ? jsonNumber(item) : NaN;
    isVector = sliceSize(item) <= LONGEST_NUMBER && ++count <= MOST_DIMENSIONS && Math.abs(number) < LARGEST;
    if (number != 0) isZero = false;
    if (count > 1) out.byte(COMMA);
    out.append(item);
  }
  if (isVector && !isZero) {
    out.byte(0x5d);
    return true;
  }
  out.size = from;
  return false;
}
