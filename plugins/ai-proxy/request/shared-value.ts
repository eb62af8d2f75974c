import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { readU64 } from "../../../assembly/bytes/integers";
import { ABSENT, Slice, sliceOfBuffer, sliceSize, subslice } from "../../../assembly/bytes/slice";
import { monotonic } from "../../../assembly/host/clock";
import { setSharedData, SharedValue, Written } from "../../../assembly/host/shared-data";
import { ValueSource } from "../config/value-source";

/**
 * The bytes before a shared value: when it was fetched, in milliseconds of the monotonic clock, which all workers share, and
 * its lifetime in milliseconds, 0 if it has none.
 */
export const VALUE_HEAD = 16;
/** The bytes of the state: when the next attempt may begin, and whether the last one failed. */
const STATE_SIZE = 16;

const stored = new SharedValue();
const state = new ByteBuffer();

/** The value, UTF-8; `ABSENT` if it was never fetched or has expired. Valid until the callback returns. */
export function readValue(source: ValueSource): Slice {
  const shared = stored.read(sliceOfBuffer(source.key));
  if (sliceSize(shared) < VALUE_HEAD) return ABSENT;
  const lifetime = readU64(shared, 8);
  if (lifetime && milliseconds() - readU64(shared, 0) >= lifetime) return ABSENT;
  return subslice(shared, VALUE_HEAD);
}

/** When the value is to be fetched again, in milliseconds of the monotonic clock; 0 if it was never fetched. */
export function dueTime(source: ValueSource): u64 {
  const shared = stored.read(sliceOfBuffer(source.key));
  if (sliceSize(shared) < VALUE_HEAD) return 0;
  const lifetime = readU64(shared, 8);
  const refresh = source.refreshMilliseconds;
  return readU64(shared, 0) + (lifetime ? min(refresh, (lifetime / 4) * 3) : refresh);
}

/** Milliseconds of the monotonic clock. */
export function milliseconds(): u64 {
  return monotonic() / 1_000_000;
}

/** What the workers share about the attempts to fetch one value. */
export class ValueState {
  /** When the next attempt may begin; a running one ends before. */
  nextTry: u64 = 0;
  /** Whether the last attempt failed. */
  isFailing: bool = false;
  private readonly stored: SharedValue = new SharedValue();

  /** Reads it. */
  read(source: ValueSource): this {
    const shared = this.stored.read(sliceOfBuffer(source.stateKey));
    const isThere = sliceSize(shared) == STATE_SIZE;
    this.nextTry = isThere ? readU64(shared, 0) : 0;
    this.isFailing = isThere && readU64(shared, 8) != 0;
    return this;
  }

  /** Records when the next attempt may begin; `false` if another worker did since `read`. */
  claim(source: ValueSource, nextTry: u64): bool {
    const value = encoded(nextTry, this.isFailing);
    return this.stored.replace(sliceOfBuffer(source.stateKey), value) == Written.Yes;
  }

  /** Records how an attempt ended, whatever others have recorded. */
  note(source: ValueSource, nextTry: u64, isFailing: bool): void {
    setSharedData(sliceOfBuffer(source.stateKey), encoded(nextTry, isFailing));
  }
}

function encoded(nextTry: u64, isFailing: bool): Slice {
  state.clear();
  return state.u64(nextTry).u64(isFailing ? 1 : 0).slice;
}
