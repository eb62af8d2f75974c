import { ByteBuffer } from "../bytes/buffer";
import { byteAt, indexOfByte, Slice, sliceSize, subslice } from "../bytes/slice";

const COLON: u32 = 0x3a;

/** The value of the filter state `MAPPED_MODEL_STATE`: that an earlier pass of a request replaced one model by another. */
// @ts-ignore: decorator
@unmanaged
export class MappedModel {
  /** The model that the body names since. */
  mapped: Slice = 0;
  /** The model that the client's body named; empty if it named none. */
  original: Slice = 0;

  /** Reads the value, which is not copied. Returns `false` if it is none. */
  read(value: Slice): bool {
    const colon = indexOfByte(value, COLON);
    if (colon <= 0) return false;
    let size = 0;
    for (let i = 0; i < colon; i++) size = size * 10 + <i32>byteAt(value, i) - 0x30;
    this.mapped = subslice(value, colon + 1, colon + 1 + size);
    this.original = subslice(value, colon + 1 + size);
    return true;
  }
}

/** Appends the value for a model that was replaced by another one; `original` is empty if the body named none. */
export function writeMappedModel(original: Slice, mapped: Slice, out: ByteBuffer): void {
  out.integer(sliceSize(mapped)).byte(COLON).append(mapped).append(original);
}
