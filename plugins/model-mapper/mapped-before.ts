import { MAPPED_MODEL_STATE } from "../../assembly/ai/contract";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { byteAt, indexOfByte, Slice, sliceSize, slicesEqual, subslice } from "../../assembly/bytes/slice";
import { FilterState } from "../../assembly/host/filter-state";

// What an earlier pass of the same request mapped: after an internal redirect the body names the mapped model, and the new
// route has a mapping of its own for the client's.

const COLON: u32 = 0x3a;
const state = new FilterState(MAPPED_MODEL_STATE);
const note = new ByteBuffer();
const kept = new ByteBuffer();

/** Whether an earlier pass mapped the model of this request. */
export function wasMapped(): bool {
  return sliceSize(state.get()) > 0;
}

/** The client's name for a model: another one where an earlier pass mapped that to this one. */
export function originalOf(name: Slice): Slice {
  const value = state.get();
  const colon = indexOfByte(value, COLON);
  if (colon <= 0) return name;
  let size = 0;
  for (let i = 0; i < colon; i++) size = size * 10 + <i32>byteAt(value, i) - 0x30;
  const mapped = subslice(value, colon + 1, colon + 1 + size);
  if (!slicesEqual(mapped, name)) return name;
  kept.clear();
  return kept.append(subslice(value, colon + 1 + size)).slice;
}

/** Keeps for the next pass what this one mapped to what; `original` is empty where the body named no model. */
export function noteMapping(original: Slice, mapped: Slice): void {
  note.clear();
  state.set(note.integer(sliceSize(mapped)).byte(COLON).append(mapped).append(original).slice);
}
