import { MAPPED_MODEL_STATE } from "../../assembly/ai/contract";
import { MappedModel, writeMappedModel } from "../../assembly/ai/mapped-model";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceSize, slicesEqual } from "../../assembly/bytes/slice";
import { FilterState } from "../../assembly/host/filter-state";

// What an earlier pass of the same request mapped: after an internal redirect the body names the mapped model, and the new
// route has a mapping of its own for the client's.

const state = new FilterState(MAPPED_MODEL_STATE);
const before = new MappedModel();
const note = new ByteBuffer();
const kept = new ByteBuffer();

/** Whether an earlier pass mapped the model of this request. */
export function wasMapped(): bool {
  return sliceSize(state.get()) > 0;
}

/** The client's name for a model: another one where an earlier pass mapped that to this one. */
export function originalOf(name: Slice): Slice {
  if (!before.read(state.get()) || !slicesEqual(before.mapped, name)) return name;
  kept.clear();
  return kept.append(before.original).slice;
}

/** Keeps for the next pass what this one mapped to what; `original` is empty where the body named no model. */
export function noteMapping(original: Slice, mapped: Slice): void {
  note.clear();
  writeMappedModel(original, mapped, note);
  state.set(note.slice);
}
