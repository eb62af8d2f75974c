/** A stream that waits for a value. */
export abstract class ValueWaiter {
  /** The list in which it waits. */
  list: ValueWaiters | null = null;
  /** The next one in the list. */
  next: ValueWaiter | null = null;
  /** The one before it in the list. */
  previous: ValueWaiter | null = null;

  constructor(
    /** The context of the stream. */
    readonly stream: u32,
  ) {}

  /** The value was fetched, or could not be; host calls act on the stream. */
  abstract onValue(): void;

  /** Stops waiting: the stream has ended. */
  leave(): void {
    const list = this.list;
    if (list) list.remove(this);
  }
}

/** Streams that wait, in the order in which they came. */
export class ValueWaiters {
  private first: ValueWaiter | null = null;
  private last: ValueWaiter | null = null;

  /** Whether no stream waits. */
  get isEmpty(): bool {
    return this.first === null;
  }

  /** Appends one. */
  add(waiter: ValueWaiter): void {
    const last = this.last;
    waiter.list = this;
    waiter.previous = last;
    waiter.next = null;
    if (last) last.next = waiter;
    else this.first = waiter;
    this.last = waiter;
  }

  /** Removes one, at any position. */
  remove(waiter: ValueWaiter): void {
    const next = waiter.next;
    const previous = waiter.previous;
    if (next) next.previous = previous;
    else this.last = previous;
    if (previous) previous.next = next;
    else this.first = next;
    waiter.list = null;
    waiter.next = null;
    waiter.previous = null;
  }

  /** Removes the first one; `null` if no stream waits. */
  take(): ValueWaiter | null {
    const first = this.first;
    if (first) this.remove(first);
    return first;
  }
}
