import { BufferType, Status } from "../abi/enums";
import { proxy_get_buffer_bytes, proxy_set_buffer_bytes } from "../abi/imports";
import { expectBytes, RETURNED, returnedBytes } from "../abi/memory";
import { ABSENT, Slice, sliceOf, sliceSize, sliceStart } from "../bytes/slice";

/**
 * What the host holds of a body in this callback. Stock Envoy replaces the whole of it, puts bytes before it, or
 * behind it; it does not replace a part in the middle.
 */
// @ts-ignore: decorator
@unmanaged
export class BodyBuffer {
  private content: Slice = ABSENT;
  /** The number of bytes that the host holds, all of them since it began to hold. */
  size: i32 = 0;

  constructor(private readonly type: BufferType) {}

  /** All bytes that the host holds; copied once, and valid until the callback returns. */
  bytes(): Slice {
    if (this.content == ABSENT) this.content = this.part(0, this.size);
    return this.content;
  }

  /** The `size` bytes from `from` on; valid until the callback returns. Empty where the host has none. */
  part(from: i32, size: i32): Slice {
    expectBytes();
    if (size == 0 || proxy_get_buffer_bytes(this.type, from, size, RETURNED, RETURNED + 4) != Status.Ok) {
      return sliceOf(RETURNED, 0);
    }
    return returnedBytes();
  }

  /** Puts these bytes in the place of all that the host holds. */
  replace(bytes: Slice): void {
    proxy_set_buffer_bytes(this.type, 0, i32.MAX_VALUE, sliceStart(bytes), sliceSize(bytes));
  }

  /** Puts these bytes behind what the host holds. */
  append(bytes: Slice): void {
    proxy_set_buffer_bytes(this.type, i32.MAX_VALUE, 0, sliceStart(bytes), sliceSize(bytes));
  }

  /** Begins a callback in which the host holds `size` bytes. */
  @inline
  begin(size: i32): void {
    this.size = size;
    this.content = ABSENT;
  }
}

/** The body of the request. */
export const requestBody = new BodyBuffer(BufferType.HttpRequestBody);
/** The body of the answer. */
export const responseBody = new BodyBuffer(BufferType.HttpResponseBody);
