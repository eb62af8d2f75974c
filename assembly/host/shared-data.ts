import { Status } from "../abi/enums";
import { proxy_get_shared_data, proxy_set_shared_data } from "../abi/imports";
import { expectBytes, RETURNED, returnedBytes, returnedNumber } from "../abi/memory";
import { ABSENT, Slice, sliceSize, sliceStart } from "../bytes/slice";

/** The result of a write. */
export const enum Written {
  Yes,
  /** Another worker or VM wrote since the value was read: read it again. */
  Overtaken,
  No,
}

/** Writes whatever is stored. */
const ANY_VERSION: u32 = 0;
/** A version that no value has in practice: a write with it creates a value, and never overwrites one. */
const NO_VERSION: u32 = u32.MAX_VALUE;

/**
 * A value that all workers of one Envoy share, in every VM with the same `vm_id`, as it was read last. A value cannot be
 * deleted, only overwritten. The object is made once and used for one key after the other.
 */
// @ts-ignore: decorator
@unmanaged
export class SharedValue {
  private version: u32 = NO_VERSION;

  /** Reads the value of a key; `ABSENT` if there is none. Valid until the callback returns. */
  read(key: Slice): Slice {
    expectBytes();
    const status = proxy_get_shared_data(sliceStart(key), sliceSize(key), RETURNED, RETURNED + 4, RETURNED + 8);
    const version = status == Status.Ok ? returnedNumber(8) : 0;
    this.version = version ? version : NO_VERSION;
    return status == Status.Ok ? returnedBytes() : ABSENT;
  }

  /** Writes a value in the place of the one that `read` returned for this key, or creates it where there was none. */
  replace(key: Slice, value: Slice): Written {
    return write(key, value, this.version);
  }
}

/** Writes a value, whatever is stored. */
export function setSharedData(key: Slice, value: Slice): Written {
  return write(key, value, ANY_VERSION);
}

function write(key: Slice, value: Slice, version: u32): Written {
  const status = proxy_set_shared_data(sliceStart(key), sliceSize(key), sliceStart(value), sliceSize(value), version);
  if (status == Status.Ok) return Written.Yes;
  return status == Status.CasMismatch ? Written.Overtaken : Written.No;
}
