import { COUNTED_STATE } from "../../assembly/ai/contract";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceEnd, sliceStart } from "../../assembly/bytes/slice";
import { FilterState } from "../../assembly/host/filter-state";

const MARK_SIZE = 8;

const state = new FilterState(COUNTED_STATE);
const marks = new ByteBuffer();

/** Declares where it is kept; once for each configuration. */
export function defineCounted(): void {
  state.define();
}

/** Whether an earlier pass of this request was counted under the mark: an internal redirect brings the same request again. */
export function wasCounted(mark: u64): bool {
  const stored: Slice = state.get();
  for (let p = sliceStart(stored); p + MARK_SIZE <= sliceEnd(stored); p += MARK_SIZE) {
    if (load<u64>(p) == mark) return true;
  }
  marks.clear();
  marks.append(stored);
  return false;
}

/** Notes the mark that `wasCounted` did not find just before. */
export function noteCounted(mark: u64): void {
  store<u64>(marks.reserve(MARK_SIZE), mark);
  marks.size += MARK_SIZE;
  state.set(marks.slice);
}
