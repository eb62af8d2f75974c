import { Status } from "../abi/enums";
import { proxy_get_shared_data, proxy_set_shared_data } from "../abi/imports";
import { expectBytes, RETURNED, returnedBytes } from "../abi/memory";
import { ABSENT, Slice, sliceSize, sliceStart } from "../bytes/slice";

/** What became of a write. */
export const enum Written {
  Yes,
  /** Somebody else wrote since it was read: read again. */
  Overtaken,
  No,
}

/** The number that says which version of a value was read; 0 where there was none. */
let version: u32 = 0;

/**
 * A value that all workers of one Envoy share, in every VM with the same `vm_id`; `ABSENT` if there is none. It cannot
 * be deleted, only overwritten. Valid until the callback returns.
 */
export function sharedData(key: Slice): Slice {
  expectBytes();
  store<u32>(RETURNED, 0, 8);
  const status = proxy_get_shared_data(sliceStart(key), sliceSize(key), RETURNED, RETURNED + 4, RETURNED + 8);
  version = status == Status.Ok ? load<u32>(RETURNED, 8) : 0;
  return status == Status.Ok ? returnedBytes() : ABSENT;
}

/** The version of what `sharedData` just read, for `setSharedData`. */
export function sharedDataVersion(): u32 {
  return version;
}

/** Writes a value if it still is the given version; version 0 writes in any case. */
export function setSharedData(key: Slice, value: Slice, version: u32 = 0): Written {
  const status = proxy_set_shared_data(sliceStart(key), sliceSize(key), sliceStart(value), sliceSize(value), version);
  if (status == Status.Ok) return Written.Yes;
  return status == Status.CasMismatch ? Written.Overtaken : Written.No;
}
