import { ByteBuffer } from "../bytes/buffer";
import { byteAt, Slice, sliceSize, subslice } from "../bytes/slice";

/** A flag and the size of the message in four bytes, big-endian. */
const PREFIX_SIZE: i32 = 5;

/**
 * Takes the prefixes off the gRPC messages of one stream, wherever the network has cut it.
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
// @ts-ignore: decorator
@unmanaged
export class FrameReader {
  /** The bytes of the current message that are missing. */
  private missing: u32 = 0;
  /** The bytes of the current prefix that were read. */
  private prefixBytes: i32 = 0;

  /** Appends the content of the messages to `out`. */
  push(bytes: Slice, out: ByteBuffer): void {
    const size = sliceSize(bytes);
    let at = 0;
    while (at < size) {
      if (this.prefixBytes < PREFIX_SIZE) {
        if (this.prefixBytes) this.missing = (this.missing << 8) | byteAt(bytes, at);
        this.prefixBytes++;
        at++;
      } else {
        const count = <i32>min<u32>(this.missing, size - at);
        out.append(subslice(bytes, at, at + count));
        this.missing -= count;
        at += count;
      }
      if (this.prefixBytes == PREFIX_SIZE && !this.missing) this.prefixBytes = 0;
    }
  }
}

/** Appends the prefix of a message of `size` bytes. */
export function framePrefix(out: ByteBuffer, size: i32): void {
  out.byte(0);
  for (let shift = 24; shift >= 0; shift -= 8) out.byte((size >> shift) & 0xff);
}
