import { monotonic } from "../../assembly/host/clock";
import { log, LogLevel } from "../../assembly/host/log";
import { Written } from "../../assembly/host/shared-data";
import { WorkerList } from "./workers";

// Open streams are counted in shared data, which outlives a VM that trapped: such a VM never counts its streams down. So
// each VM counts under a number of its own, its epoch, and renews it every few seconds. The counts of an epoch that is not
// renewed are void.

const SECOND: u64 = 1_000_000_000;
/** Milliseconds between two renewals. */
export const RENEWAL: u32 = 5_000;
const RENEW: u64 = 5 * SECOND;
/** Nanoseconds without a renewal after which a VM takes a new epoch: the other VMs may be about to void the old one. */
const LAPSE: u64 = 15 * SECOND;
const MOST_ATTEMPTS = 1000;

/** The lease of this VM. */
class Lease {
  /** The epoch under which this VM counts its open streams. */
  epoch: u64 = 0;
  private renewed: u64 = 0;
  private isHeld: bool = false;
  private readonly workers: WorkerList = new WorkerList();

  /** Renews the lease if it is time to. Returns whether there is a new epoch: open streams must be counted again. */
  renew(): bool {
    const time = monotonic();
    if (this.isHeld && time - this.renewed < RENEW) return false;
    const isLapsed = !this.isHeld || time - this.renewed >= LAPSE;
    const old = this.epoch;
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const written = this.write(time, old, isLapsed);
      if (written == Written.Overtaken) continue;
      if (written == Written.No) this.epoch = 0;
      this.renewed = time;
      this.isHeld = true;
      return this.epoch != old;
    }
    log(LogLevel.Error, "key-rate-limit: a lease could not be renewed");
    this.epoch = old;
    return false;
  }

  private write(time: u64, old: u64, isLapsed: bool): Written {
    const workers = this.workers;
    workers.read(time);
    const worker = workers.leaseFor(old);
    if (worker === null) {
      this.epoch = 0;
      return Written.Yes;
    }
    // Another VM may have taken the entry: then the lease has lapsed, whatever the clock says.
    const isKept = !isLapsed && old && worker.epoch == old;
    if (!isKept) worker.epoch = workers.nextEpoch();
    worker.renewed = time;
    this.epoch = worker.epoch;
    return workers.write();
  }
}

/** The lease of this VM. */
export const lease = new Lease();
