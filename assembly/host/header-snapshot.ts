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
  reader.begin(saved);
  while (reader.next()) if (sliceEquals(reader.name, name)) return reader.value;
  return ABSENT;
}

/** Goes through headers that `saveRequestHeaders` has saved, in their order. */
// @ts-ignore: decorator
@unmanaged
export class SavedHeaders {
  /** The name of the header, in lower case. */
  name: Slice = ABSENT;
  /** Its value. */
  value: Slice = ABSENT;
  private saved: Slice = ABSENT;
  private index: i32 = 0;
  private at: usize = 0;

  /** Begins before the first header. */
  begin(saved: Slice): void {
    const isEmpty = sliceSize(saved) < 4;
    this.saved = isEmpty ? ABSENT : saved;
    this.index = 0;
    this.at = isEmpty ? 0 : sliceStart(saved) + 4 + 8 * <i32>readU32(saved, 0);
  }

  /** Goes to the next header; `false` behind the last one. */
  next(): bool {
    const saved = this.saved;
    const i = this.index;
    if (saved == ABSENT || i >= <i32>readU32(saved, 0)) return false;
    const end = this.at + readU32(saved, 4 + 8 * i);
    const size = <i32>readU32(saved, 8 + 8 * i);
    if (end + 1 + size > sliceEnd(saved)) return false;
    this.name = sliceBetween(this.at, end);
    this.value = sliceOf(end + 1, size);
    this.at = end + 1 + size + 1;
    this.index++;
    return true;
  }
}

const reader = new SavedHeaders();
