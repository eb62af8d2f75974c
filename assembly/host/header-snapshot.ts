import { MapType, Status } from "../abi/enums";
import { proxy_get_header_map_pairs, proxy_set_header_map_pairs } from "../abi/imports";
import { expectBytes, RETURNED, returnedBytes } from "../abi/memory";
import { ByteBuffer } from "../bytes/buffer";
import { readU32 } from "../bytes/integers";
import { ABSENT, Slice, sliceBetween, sliceEnd, sliceEquals, sliceOf, sliceSize, sliceStart } from "../bytes/slice";

/** Appends all request headers of the current stream to `out`, in the encoding of the ABI. Returns `false` if the host has none. */
export function saveRequestHeaders(out: ByteBuffer): bool {
  expectBytes();
  if (proxy_get_header_map_pairs(MapType.RequestHeaders, RETURNED, RETURNED + 4) != Status.Ok) return false;
  out.append(returnedBytes());
  return true;
}

/** Replaces all request headers of the current stream by those that `saveRequestHeaders` has saved. */
export function restoreRequestHeaders(saved: Slice): void {
  proxy_set_header_map_pairs(MapType.RequestHeaders, sliceStart(saved), sliceSize(saved));
}

/** The first value of a saved header (name in lower case), or `ABSENT`. */
export function savedHeader(saved: Slice, name: string): Slice {
  if (sliceSize(saved) < 4) return ABSENT;
  const count = <i32>readU32(saved, 0);
  let at = sliceStart(saved) + 4 + 8 * count;
  for (let i = 0; i < count; i++) {
    const end = at + readU32(saved, 4 + 8 * i);
    const size = <i32>readU32(saved, 8 + 8 * i);
    if (end + 1 + size > sliceEnd(saved)) return ABSENT;
    const value = sliceOf(end + 1, size);
    if (sliceEquals(sliceBetween(at, end), name)) return value;
    at = sliceEnd(value) + 1;
  }
  return ABSENT;
}
