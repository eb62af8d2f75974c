import { ByteBuffer } from "../bytes/buffer";
import { Slice, sliceBetween, sliceEnd, sliceStart } from "../bytes/slice";
import { skipSpace } from "./space";
import { stringEnd } from "./token";

/** Appends a value of validated JSON without the white space between its tokens. */
export function compactJson(value: Slice, out: ByteBuffer): void {
  const end = sliceEnd(value);
  let from = sliceStart(value);
  let p = from;
  while (p < end) {
    const byte = load<u8>(p);
    if (byte == 0x22) p = stringEnd(p + 1, end);
    else if (byte > 0x20) p++;
    else {
      out.append(sliceBetween(from, p));
      from = skipSpace(p, end);
      p = from;
    }
  }
  out.append(sliceBetween(from, end));
}
