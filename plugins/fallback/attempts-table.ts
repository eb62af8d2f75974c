import { FALLBACK_PASS_STATE } from "../../assembly/ai/contract";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { readU32, readU64 } from "../../assembly/bytes/integers";
import { ABSENT, Slice, sliceSize } from "../../assembly/bytes/slice";
import { random } from "../../assembly/host/clock";
import { FilterState } from "../../assembly/host/filter-state";
import { Attempts } from "./attempts";
import { FallbackConfig } from "./config";
import { releaseProbe } from "./cooldowns";

/**
 * The most records that wait for their next pass. Envoy begins it within the callback that ended the last one, so that more than one waits
 * only where a filter in front of this one pauses requests.
 */
const MOST_PARKED = 16;
const TOKEN_BYTES = 16;

const state = new FilterState(FALLBACK_PASS_STATE);
const token = new ByteBuffer();

/**
 * The records of all requests of this VM. Both positions of the plugin run in one VM, and find the record of a request by the token in its
 * filter state: a random number of the VM, the position and the generation. A token of a VM that has died is not found.
 */
class AttemptsTable {
  private readonly all: Attempts[] = [];
  private readonly spare: Attempts[] = [];
  /** A ring: the oldest one makes room for the next. */
  private readonly parked: StaticArray<Attempts | null> = new StaticArray<Attempts | null>(MOST_PARKED);
  private oldest: i32 = 0;
  private vm: u64 = 0;

  /** Begins a record for the current stream. */
  begin(config: FallbackConfig): Attempts {
    let attempts: Attempts;
    if (this.spare.length) attempts = this.spare.pop();
    else {
      attempts = new Attempts(this.all.length, 0);
      this.all.push(attempts);
    }
    attempts.begin(config);
    if (!this.vm) this.vm = random();
    token.clear();
    state.set(token.u64(this.vm).u32(attempts.slot).u32(attempts.generation).slice);
    return attempts;
  }

  /** The record that the filter state of the current stream names; `null` if there is none. */
  find(value: Slice): Attempts | null {
    if (sliceSize(value) != TOKEN_BYTES || readU64(value, 0) != this.vm) return null;
    return this.get(<i32>readU32(value, 8), readU32(value, 12));
  }

  /** The record of a generation; `null` if its request has ended. */
  get(slot: i32, generation: u32): Attempts | null {
    if (<u32>slot >= <u32>this.all.length) return null;
    const attempts = this.all[slot];
    return attempts.generation == generation ? attempts : null;
  }

  /** Keeps the record of a pass that ended with a redirect for the next pass. */
  park(attempts: Attempts): void {
    const at = this.oldest;
    const orphan = this.parked[at];
    if (orphan) this.end(orphan);
    attempts.isParked = true;
    this.parked[at] = attempts;
    this.oldest = (at + 1) % MOST_PARKED;
  }

  /** Takes a record for the next pass. */
  unpark(attempts: Attempts): void {
    for (let at = 0; at < MOST_PARKED; at++) if (this.parked[at] === attempts) this.parked[at] = null;
    attempts.isParked = false;
  }

  /** Ends a record. */
  end(attempts: Attempts): void {
    releaseProbe(attempts);
    attempts.reset();
    this.spare.push(attempts);
  }
}

/** The records of this VM. */
export const attemptsTable = new AttemptsTable();

/** The value of the filter state that names the record of the current stream, or `ABSENT`. */
export function passToken(): Slice {
  const value = state.get();
  return sliceSize(value) ? value : ABSENT;
}

/** Declares the filter state in the host, once for each configuration. */
export function definePassState(): void {
  state.define();
}
