import { ByteBuffer } from "../../assembly/bytes/buffer";
import { readU64, writeU64 } from "../../assembly/bytes/integers";
import { RecordList } from "../../assembly/bytes/records";
import { Slice, sliceOfBuffer, sliceSize } from "../../assembly/bytes/slice";
import { SharedValue, Written } from "../../assembly/host/shared-data";

const SECOND: u64 = 1_000_000_000;
/** Nanoseconds without a renewal after which the other VMs treat a VM as dead. */
const LEASE: u64 = 20 * SECOND;

/** The most VMs that live at once, one for each worker. Those beyond it share epoch 0, which never expires. */
const MOST_WORKERS = 1024;
/** The bytes in front of the list: the epoch that was given out last. */
const HEAD_SIZE = 8;

const key = String.UTF8.encode("key-rate-limit:workers");

/** The lease of one VM, in the layout of the list in shared data. */
// @ts-ignore: decorator
@unmanaged
export class Worker {
  /** The number of the lease; a VM whose lease expired gets another one. */
  epoch: u64;
  /** The last renewal, in nanoseconds of the monotonic clock. */
  renewed: u64;
}

/** The leases of all VMs, as they were read last from shared data. */
// @ts-ignore: decorator
@unmanaged
export class WorkerList {
  private readonly stored: SharedValue = new SharedValue();
  private readonly bytes: ByteBuffer;
  private readonly list: RecordList<Worker>;
  private time: u64 = 0;

  constructor() {
    const bytes = new ByteBuffer();
    this.bytes = bytes;
    this.list = new RecordList<Worker>(bytes, HEAD_SIZE);
  }

  /** Reads the list; `time` is now, by the monotonic clock. */
  read(time: u64): void {
    const stored: Slice = this.stored.read(sliceOfBuffer(key));
    this.time = time;
    this.bytes.clear();
    if (sliceSize(stored) >= HEAD_SIZE) this.bytes.append(stored);
    else this.bytes.zeros(HEAD_SIZE);
  }

  /** Writes the list, unless another VM wrote since it was read. */
  write(): Written {
    return this.stored.replace(sliceOfBuffer(key), this.bytes.slice);
  }

  /** The lease of an epoch, or one that no VM holds; `null` if there is neither. */
  leaseFor(epoch: u64): Worker | null {
    const count = this.list.count;
    for (let i = 0; epoch && i < count; i++) if (this.list.at(i).epoch == epoch) return this.list.at(i);
    for (let i = 0; i < count; i++) if (!this.isValid(this.list.at(i))) return this.list.at(i);
    return count < MOST_WORKERS ? this.list.add() : null;
  }

  /** An epoch that no VM has had. */
  nextEpoch(): u64 {
    const next = readU64(this.bytes.slice, 0) + 1;
    writeU64(this.bytes.slice, 0, next);
    return next;
  }

  /** Whether a VM holds the lease of this epoch, and renewed it in time. */
  isAlive(epoch: u64): bool {
    for (let i = 0; i < this.list.count; i++) {
      if (this.list.at(i).epoch == epoch) return this.isValid(this.list.at(i));
    }
    return false;
  }

  /** A renewal may be a moment ahead of `time`: another worker was faster. */
  private isValid(worker: Worker): bool {
    const time = this.time;
    return time >= worker.renewed ? time - worker.renewed < LEASE : worker.renewed - time < LEASE;
  }
}
