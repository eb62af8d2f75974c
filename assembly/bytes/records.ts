import { ByteBuffer } from "./buffer";
import { sliceStart } from "./slice";

/**
 * Structs of one unmanaged class that lie side by side in a buffer, behind `head` other bytes. A struct is valid until
 * the buffer is written to.
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

  /** Removes a struct; the last one takes its place. */
  remove(index: i32): void {
    const last = this.at(this.count - 1);
    memory.copy(changetype<usize>(this.at(index)), changetype<usize>(last), offsetof<T>());
    this.buffer.size -= <i32>offsetof<T>();
  }
}
