import { ByteBuffer } from "../bytes/buffer";
import { readU64 } from "../bytes/integers";
import { Slice, sliceSize } from "../bytes/slice";
import { FilterState } from "../host/filter-state";

const MARK_SIZE = 8;

/**
 * The limits that counted this request on an earlier pass, kept in filter state: an internal redirect brings the same
 * request again. Made once and used for one request after the other.
 */
export class CountedMarks {
  private readonly state: FilterState;
  private readonly marks: ByteBuffer = new ByteBuffer();

  /** `state` is the name of the filter state. */
  constructor(state: string) {
    this.state = new FilterState(state);
  }

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

  /** Adds several marks to those that were read. */
  addAll(marks: Slice): void {
    this.state.set(this.marks.append(marks).slice);
  }
}
