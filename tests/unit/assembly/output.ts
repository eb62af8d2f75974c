import { ByteBuffer } from "../../../assembly/bytes/buffer";

/** What a call under test has to say; the host reads it where `outStart` and `outSize` tell. */
export const out = new ByteBuffer();

/** The address of what was written. */
export function outStart(): usize {
  return out.start;
}

/** The number of bytes that were written. */
export function outSize(): i32 {
  return out.size;
}

/** Bytes of linear memory. */
export function memoryBytes(): i32 {
  return memory.size() << 16;
}
