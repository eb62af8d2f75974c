import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceOfBuffer, sliceSize, sliceStart } from "../../assembly/bytes/slice";
import { monotonic } from "../../assembly/host/clock";
import { log, LogLevel } from "../../assembly/host/log";
import { setSharedData, sharedData, sharedDataVersion, Written } from "../../assembly/host/shared-data";

// Open streams are counted in shared data, which outlives a VM that trapped, and such a VM takes nothing back. So each VM
// counts under a number of its own, its epoch, and says every few seconds that it lives; what a silent epoch counted is void.

const SECOND: u64 = 1_000_000_000;
/** Milliseconds between two renewals. */
export const RENEWAL: u32 = 5_000;
const RENEW: u64 = 5 * SECOND;
/** A VM that was silent for so long is dead for the others. */
const LEASE: u64 = 20 * SECOND;
/** One that finds itself silent for so long takes a new epoch: others may be about to void the old one. */
const LAPSE: u64 = 15 * SECOND;

/** VMs that live at once: one for each worker. Those beyond it share epoch 0, which is never void. */
const MOST_WORKERS = 1024;
const MOST_ATTEMPTS = 1000;

/** One VM. Its bytes are those of the list in shared data. */
// @ts-ignore: decorator
@unmanaged
class Worker {
  epoch: u64;
  /** Its last renewal, in nanoseconds of the monotonic clock. */
  renewed: u64;
}

const WORKER_SIZE = <i32>offsetof<Worker>();
/** In front of the list: the epoch that was given out last. */
const HEAD_SIZE = 8;

const name = String.UTF8.encode("key-rate-limit:workers");
const workers = new ByteBuffer();
let readAt: u64 = 0;

let epoch: u64 = 0;
let renewed: u64 = 0;
let hasLease: bool = false;

/** The epoch under which this VM counts its open streams. */
export function currentEpoch(): u64 {
  return epoch;
}

/** Says that this VM lives, if it is time to. Gives whether it has a new epoch: what it counted must be counted anew. */
export function renewLease(): bool {
  const time = monotonic();
  if (hasLease && time - renewed < RENEW) return false;
  const isLapsed = !hasLease || time - renewed >= LAPSE;
  const old = epoch;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const version = readWorkers(time);
    const own = isLapsed ? 0 : old;
    const at = placeOf(old);
    if (at < 0) epoch = 0;
    else {
      const worker = workerAt(at);
      // Somebody else has the place: the lease has lapsed, whatever the clock says.
      const isKept = own && worker.epoch == own;
      if (!isKept) worker.epoch = nextEpoch();
      worker.renewed = time;
      epoch = worker.epoch;
    }
    const written =
      at < 0 ? Written.Yes : setSharedData(sliceOfBuffer(name), workers.slice, version ? version : u32.MAX_VALUE);
    if (written == Written.Overtaken) continue;
    if (written == Written.No) epoch = 0;
    renewed = time;
    hasLease = true;
    return epoch != old;
  }
  log(LogLevel.Error, "key-rate-limit: a lease could not be renewed");
  epoch = old;
  return false;
}

/** Reads which VMs live, for `isAlive`. */
export function readAlive(): void {
  readWorkers(monotonic());
}

/** Whether the VM of the epoch lives, as it was read last. */
export function isAlive(other: u64): bool {
  if (!other || other == epoch) return true;
  for (let i = 0; i < workerCount(); i++) if (workerAt(i).epoch == other) return !isDead(workerAt(i));
  return false;
}

function readWorkers(time: u64): u32 {
  const stored: Slice = sharedData(sliceOfBuffer(name));
  const version = sharedDataVersion();
  readAt = time;
  workers.clear();
  if (sliceSize(stored) >= HEAD_SIZE) workers.append(stored);
  else grow(HEAD_SIZE);
  return version;
}

/** The place of the VM that had that epoch, or one that is free; -1 if there is none. */
function placeOf(old: u64): i32 {
  const count = workerCount();
  for (let i = 0; old && i < count; i++) if (workerAt(i).epoch == old) return i;
  for (let i = 0; i < count; i++) if (isDead(workerAt(i))) return i;
  if (count == MOST_WORKERS) return -1;
  grow(WORKER_SIZE);
  return count;
}

function nextEpoch(): u64 {
  const at = sliceStart(workers.slice);
  const next = load<u64>(at) + 1;
  store<u64>(at, next);
  return next;
}

function isDead(worker: Worker): bool {
  const time = readAt;
  // A renewal a moment ahead is another worker's that was faster.
  return time >= worker.renewed ? time - worker.renewed >= LEASE : worker.renewed - time >= LEASE;
}

function workerCount(): i32 {
  return (workers.size - HEAD_SIZE) / WORKER_SIZE;
}

function workerAt(index: i32): Worker {
  return changetype<Worker>(sliceStart(workers.slice) + HEAD_SIZE + WORKER_SIZE * index);
}

function grow(size: i32): void {
  memory.fill(workers.reserve(size), 0, size);
  workers.size += size;
}
