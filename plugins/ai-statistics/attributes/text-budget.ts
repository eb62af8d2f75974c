import { Counter } from "../../../assembly/host/metric";

/** The most bytes of attribute values that a VM holds for its open streams. */
const MOST_BYTES: i64 = 64 << 20;

const dropped = new Counter("ai_statistics_dropped_values_total");
let held: i64 = 0;

/** Asks for memory. Returns `false` if the VM has none left: the value is dropped, and counted. */
export function holdText(bytes: i32): bool {
  if (held + bytes > MOST_BYTES) {
    dropped.add();
    return false;
  }
  held += bytes;
  return true;
}

/** Gives memory back. */
export function releaseText(bytes: i32): void {
  held -= bytes;
}
