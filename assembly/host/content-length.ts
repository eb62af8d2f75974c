import { ByteBuffer } from "../bytes/buffer";
import { byteAt, Slice, sliceSize } from "../bytes/slice";
import { HeaderMap } from "./headers";

const NAME = "content-length";
/** More digits than any body has. */
const MOST_DIGITS = 18;

const number = new ByteBuffer();

/** Adds to the `content-length` of headers that are held, whose body an edit made so much longer. A body may have none. */
export function growContentLength(headers: HeaderMap, growth: i32): void {
  const value: Slice = headers.get(NAME);
  const size = sliceSize(value);
  if (growth == 0 || size == 0 || size > MOST_DIGITS) return;
  let length: i64 = 0;
  for (let i = 0; i < size; i++) length = length * 10 + <i64>byteAt(value, i) - 0x30;
  number.clear();
  headers.set(NAME, number.integer(length + growth).slice);
}
