import { COUNTED_STATE } from "../../assembly/ai/contract";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { readU64 } from "../../assembly/bytes/integers";
import { sliceSize } from "../../assembly/bytes/slice";
import { FilterState } from "../../assembly/host/filter-state";

const MARK_SIZE = 8;

/**
 * The limits that counted this request on an earlier pass, kept in filter state: an internal redirect brings the same
 * request again. Made once and used for one request after the other.
 */
export class CountedMarks {
  private readonly state: FilterState = new FilterState(COUNTED_STATE);
  private readonly marks: ByteBuffer = new ByteBuffer();

  /** Declares the filter state; once for each configuration. */
  define(): void {
    this.state.define();
  }

  /** Reads the marks of the current request. */
  read(): void {
    this.marks.clear();
    this.marks.append(this.state.get());
  }

  /** Whether a mark is among those that were read. */
  has(mark: u64): bool {
    const marks = this.marks.slice;
    for (let at = 0; at + MARK_SIZE <= sliceSize(marks); at += MARK_SIZE) if (readU64(marks, at) == mark) return true;
    return false;
  }

  /** Adds a mark to those that were read. */
  add(mark: u64): void {
    this.state.set(this.marks.u64(mark).slice);
  }
}
