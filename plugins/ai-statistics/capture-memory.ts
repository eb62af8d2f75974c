/** The bytes that captures hold in this VM. */
let held: i64 = 0;

/** Counts bytes that a capture is about to hold. Returns `false`, and counts nothing, if that is more than `limit` allows the VM. */
export function takeCaptureMemory(bytes: i32, limit: i32): bool {
  if (held + bytes > limit) return false;
  held += bytes;
  return true;
}

/** Counts bytes that are held no more. */
export function giveCaptureMemory(bytes: i32): void {
  held -= bytes;
}
