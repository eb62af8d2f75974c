import { BufferType, Status } from "../abi/enums";
import { proxy_get_buffer_bytes, proxy_set_buffer_bytes } from "../abi/imports";
import { expectBytes, RETURNED, returnedBytes } from "../abi/memory";
import { ABSENT, Slice, sliceOf, sliceSize, sliceStart, subslice } from "../bytes/slice";

/**
 * The bytes of a body that the host holds in this callback. Stock Envoy can replace all of them, prepend and append; it cannot
 * replace a part in the middle.
 */
// @ts-ignore: decorator
@unmanaged
export class BodyBuffer {
  private content: Slice = ABSENT;
  /** The number of bytes that the host holds, including those held since earlier callbacks. */
  size: i32 = 0;

  constructor(private readonly type: BufferType) {}

  /** All bytes that the host holds; copied once, and valid until the callback returns. */
  bytes(): Slice {
    if (this.content == ABSENT) this.content = this.part(0, this.size);
    return this.content;
  }

  /** The `size` bytes from `from` on; valid until the callback returns. Empty if the host has none. */
  part(from: i32, size: i32): Slice {
    expectBytes();
    if (size == 0 || proxy_get_buffer_bytes(this.type, from, size, RETURNED, RETURNED + 4) != Status.Ok) {
      return sliceOf(RETURNED, 0);
    }
    return returnedBytes();
  }

  /** Replaces all bytes that the host holds. */
  replace(bytes: Slice): void {
    proxy_set_buffer_bytes(this.type, 0, i32.MAX_VALUE, sliceStart(bytes), sliceSize(bytes));
  }

  /** Puts bytes in front of those that the host holds. */
  prepend(bytes: Slice): void {
    proxy_set_buffer_bytes(this.type, 0, 0, sliceStart(bytes), sliceSize(bytes));
  }

  /** Appends bytes to those that the host holds. */
  append(bytes: Slice): void {
    proxy_set_buffer_bytes(this.type, i32.MAX_VALUE, 0, sliceStart(bytes), sliceSize(bytes));
  }

  /** Replaces `count` bytes at offset `from`. Copies all that the host holds. */
  splice(from: i32, count: i32, bytes: Slice): void {
    const held = this.bytes();
    this.replace(subslice(held, 0, from));
    this.append(bytes);
    this.append(subslice(held, from + count));
  }

  /** Prepares the buffer for a callback in which the host holds `size` bytes. */
  @inline
  begin(size: i32): void {
    this.size = size;
    this.content = ABSENT;
  }
}

/** The request body. */
export const requestBody = new BodyBuffer(BufferType.HttpRequestBody);
/** The response body. */
export const responseBody = new BodyBuffer(BufferType.HttpResponseBody);
