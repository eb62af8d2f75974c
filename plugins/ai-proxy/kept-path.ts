import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice } from "../../assembly/bytes/slice";

const KEPT_BYTES = 256;

/** The buffer that was given back last: the next request takes it, and allocates none. */
let spare: ByteBuffer | null = null;

/** A buffer with a copy of the path: `known`, the spare one, or a new one. */
export function keptPath(known: ByteBuffer | null, path: Slice): ByteBuffer {
  let own = known;
  if (own === null) {
    own = spare;
    spare = null;
  }
  const bytes = own ? own : new ByteBuffer();
  bytes.clear();
  return bytes.append(path);
}

/** Takes back a buffer whose path is not needed any more; `null` for none. */
export function givePath(bytes: ByteBuffer | null): void {
  if (bytes === null) return;
  if (spare) return bytes.dispose();
  bytes.release(KEPT_BYTES);
  spare = bytes;
}
