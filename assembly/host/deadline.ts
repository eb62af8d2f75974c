import { monotonic } from "./clock";

const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;

/** A point in time after which `onExpired` is called, in a tick of a root context. */
export abstract class Deadline {
  /** The list in which it waits; `null` while it is not set. */
  list: Deadlines | null = null;
  /** Nanoseconds of the monotonic clock. */
  at: u64 = 0;
  /** The next one in the list. */
  next: Deadline | null = null;
  /** The one before it in the list. */
  previous: Deadline | null = null;

  /** The time has passed. The deadline is no longer set. */
  abstract onExpired(): void;

  /** Removes the deadline. Nothing happens if it is not set. */
  clear(): void {
    const list = this.list;
    if (list) list.remove(this);
  }
}

/** The deadlines of one root context. */
export class Deadlines {
  private first: Deadline | null = null;

  /** Whether there are none. */
  get isEmpty(): bool {
    return this.first === null;
  }

  /** Sets a deadline, whether it was set before or not. */
  add(deadline: Deadline, milliseconds: u32): void {
    deadline.clear();
    const next = this.first;
    deadline.at = monotonic() + <u64>milliseconds * NANOSECONDS_PER_MILLISECOND;
    deadline.list = this;
    deadline.next = next;
    if (next) next.previous = deadline;
    this.first = deadline;
  }

  /** Removes a deadline that is in this list. */
  remove(deadline: Deadline): void {
    const next = deadline.next;
    const previous = deadline.previous;
    if (next) next.previous = previous;
    if (previous) previous.next = next;
    else this.first = next;
    deadline.list = null;
    deadline.next = null;
    deadline.previous = null;
  }

  /** Calls `onExpired` of at most `most` deadlines that have passed. The others follow at the next tick. */
  expire(most: i32): void {
    if (this.isEmpty) return;
    const now = monotonic();
    let left = most;
    for (let deadline = this.first; deadline && left > 0;) {
      const next = deadline.next;
      if (deadline.at <= now) {
        this.remove(deadline);
        deadline.onExpired();
        left--;
      }
      // If `onExpired` has removed the next deadline as well, the rest follows at the next tick.
      deadline = next && next.list === this ? next : null;
    }
  }
}
