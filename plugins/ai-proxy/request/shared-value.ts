import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { readU64 } from "../../../assembly/bytes/integers";
import { ABSENT, Slice, sliceOfBuffer, sliceSize, subslice } from "../../../assembly/bytes/slice";
import { setSharedData, SharedValue, Written } from "../../../assembly/host/shared-data";
import { ValueSource } from "../config/value-source";

/** In front of a shared text: when it was fetched, in milliseconds of the monotonic clock, which all workers have. */
export const STAMP = 8;
/** How the last try went: when the next one may begin, and whether it failed. */
const STATE_SIZE = 16;

const text = new SharedValue();
const state = new ByteBuffer();

/** The text, UTF-8; ABSENT if it was never fetched. Valid until the callback returns. */
export function readValue(source: ValueSource): Slice {
  const shared = text.read(sliceOfBuffer(source.key));
  return shared == ABSENT ? ABSENT : subslice(shared, STAMP);
}

/** When the text was fetched; 0 if it never was. */
export function fetchedAt(source: ValueSource): u64 {
  const shared = text.read(sliceOfBuffer(source.key));
  return sliceSize(shared) < STAMP ? 0 : readU64(shared, 0);
}

/** What the workers know of the tries to fetch one text. */
export class ValueState {
  /** When the next try may begin; one that is under way ends before. */
  nextTry: u64 = 0;
  /** Whether the last try failed. */
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

  /** Notes when the next try may begin; `false` where another worker was faster since `read`. */
  claim(source: ValueSource, nextTry: u64): bool {
    const value = encoded(nextTry, this.isFailing);
    return this.stored.replace(sliceOfBuffer(source.stateKey), value) == Written.Yes;
  }

  /** Notes how a try went, whatever others have noted. */
  note(source: ValueSource, nextTry: u64, isFailing: bool): void {
    setSharedData(sliceOfBuffer(source.stateKey), encoded(nextTry, isFailing));
  }
}

function encoded(nextTry: u64, isFailing: bool): Slice {
  state.clear();
  return state.u64(nextTry).u64(isFailing ? 1 : 0).slice;
}
