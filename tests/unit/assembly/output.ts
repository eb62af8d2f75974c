import { ByteBuffer } from "../../../assembly/bytes/buffer";

/** The output of a call under test; the host reads it at `outStart` and `outSize`. */
export const out = new ByteBuffer();

/** The address of the output. */
export function outStart(): usize {
  return out.start;
}

/** The number of bytes of the output. */
export function outSize(): i32 {
  return out.size;
}

/** Bytes of linear memory. */
export function memoryBytes(): i32 {
  return memory.size() << 16;
}
