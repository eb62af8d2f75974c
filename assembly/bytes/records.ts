import { ByteBuffer } from "./buffer";
import { Slice, sliceStart } from "./slice";

/**
 * An array of structs of one unmanaged class in a buffer, after `head` other bytes. A struct is valid until the buffer is
 * written to.
 */
// @ts-ignore: decorator
@unmanaged
export class RecordList<T> {
  constructor(
    private readonly buffer: ByteBuffer,
    /** The number of bytes in front of the first one. */
    public head: i32,
  ) {
    if (isManaged<T>()) ERROR("a record is unmanaged");
  }

  /** The number of whole structs. */
  get count(): i32 {
    return (this.buffer.size - this.head) / <i32>offsetof<T>();
  }

  /** The struct at an index, which must be less than `count`. */
  at(index: i32): T {
    assert(<u32>index < <u32>this.count, "a record outside of its list");
    return changetype<T>(sliceStart(this.buffer.slice) + this.head + <i32>offsetof<T>() * index);
  }

  /** Appends a struct of zeros. */
  add(): T {
    this.buffer.zeros(<i32>offsetof<T>());
    return this.at(this.count - 1);
  }

  /** Inserts a struct of zeros at an index, which is at most `count`. */
  insert(index: i32): T {
    const last = changetype<usize>(this.add());
    const at = this.at(index);
    memory.copy(changetype<usize>(at) + offsetof<T>(), changetype<usize>(at), last - changetype<usize>(at));
    memory.fill(changetype<usize>(at), 0, offsetof<T>());
    return at;
  }

  /** Removes `many` structs from an index on; the ones behind them move up. */
  removeFrom(index: i32, many: i32): void {
    const count = this.count;
    for (let i = index + many; i < count; i++) this.copy(i, i - many);
    this.buffer.size -= many * <i32>offsetof<T>();
  }

  /** Removes a struct; the last one takes its place. */
  remove(index: i32): void {
    this.copy(this.count - 1, index);
    this.buffer.size -= <i32>offsetof<T>();
  }

  private copy(from: i32, to: i32): void {
    memory.copy(changetype<usize>(this.at(to)), changetype<usize>(this.at(from)), offsetof<T>());
  }
}

/** The struct at an index, which the caller knows to be inside, of a buffer that has only structs of one unmanaged class. */
// @ts-ignore: decorator
@inline
export function recordIn<T>(buffer: ByteBuffer, index: i32): T {
  if (isManaged<T>()) ERROR("a record is unmanaged");
  return changetype<T>(buffer.start + <i32>offsetof<T>() * index);
}

/** The struct at an index, which the caller knows to be inside, of bytes that are structs of one unmanaged class. */
// @ts-ignore: decorator
@inline
export function recordOf<T>(bytes: Slice, index: i32): T {
  if (isManaged<T>()) ERROR("a record is unmanaged");
  return changetype<T>(sliceStart(bytes) + <i32>offsetof<T>() * index);
}
