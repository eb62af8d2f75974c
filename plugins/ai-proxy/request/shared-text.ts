import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceOfBuffer, sliceSize, sliceStart, subslice } from "../../../assembly/bytes/slice";
import { setSharedData, sharedData, sharedDataVersion, Written } from "../../../assembly/host/shared-data";
import { TextSource } from "../config/text-source";

/** In front of a shared text: when it was fetched, in milliseconds of the monotonic clock, which all workers have. */
export const STAMP = 8;
/** How the last try went: when the next one may begin, and whether it failed. */
const STATE_SIZE = 16;

/** A version that no value ever has in practice: written with it, a value is created but never overwritten. */
const ONLY_IF_ABSENT: u32 = u32.MAX_VALUE;

const state = new ByteBuffer();

/** The text, UTF-8; ABSENT if it was never fetched. Valid until the callback returns. */
export function readText(source: TextSource): Slice {
  const shared = sharedData(sliceOfBuffer(source.key));
  return shared == ABSENT ? ABSENT : subslice(shared, STAMP);
}

/** When the text was fetched; 0 if it never was. */
export function fetchedAt(source: TextSource): u64 {
  const shared = sharedData(sliceOfBuffer(source.key));
  return sliceSize(shared) < STAMP ? 0 : load<u64>(sliceStart(shared));
}

/** What the workers know of the tries to fetch one text. */
export class TextState {
  /** When the next try may begin; one that is under way ends before. */
  nextTry: u64 = 0;
  /** Whether the last try failed. */
  isFailing: bool = false;
  private version: u32 = 0;

  /** Reads it. */
  read(source: TextSource): this {
    const shared = sharedData(sliceOfBuffer(source.stateKey));
    const isThere = sliceSize(shared) == STATE_SIZE;
    this.version = sharedDataVersion();
    this.nextTry = isThere ? load<u64>(sliceStart(shared)) : 0;
    this.isFailing = isThere && load<u64>(sliceStart(shared), 8) != 0;
    return this;
  }

  /** Notes when the next try may begin; `false` where another worker was faster since `read`. */
  claim(source: TextSource, nextTry: u64): bool {
    const version = this.version ? this.version : ONLY_IF_ABSENT;
    return this.write(source, nextTry, this.isFailing, version) == Written.Yes;
  }

  /** Notes how a try went, whatever others have noted. */
  note(source: TextSource, nextTry: u64, isFailing: bool): void {
    this.write(source, nextTry, isFailing, 0);
  }

  private write(source: TextSource, nextTry: u64, isFailing: bool, version: u32): Written {
    state.clear();
    const at = state.reserve(STATE_SIZE);
    store<u64>(at, nextTry);
    store<u64>(at, isFailing ? 1 : 0, 8);
    state.size = STATE_SIZE;
    return setSharedData(sliceOfBuffer(source.stateKey), state.slice, version);
  }
}
