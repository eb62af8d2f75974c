/** A stream that waits for a text. */
export abstract class TextWaiter {
  /** The list in which it waits, and its neighbours there. */
  list: TextWaiters | null = null;
  next: TextWaiter | null = null;
  previous: TextWaiter | null = null;

  constructor(
    /** The context of the stream. */
    readonly stream: u32,
  ) {}

  /** The text was fetched, or could not be; host calls speak of the stream. */
  abstract onText(): void;

  /** Waits no longer: the stream has ended. */
  leave(): void {
    const list = this.list;
    if (list) list.remove(this);
  }
}

/** Streams that wait, in the order in which they came. */
export class TextWaiters {
  private first: TextWaiter | null = null;
  private last: TextWaiter | null = null;

  /** Whether nobody waits. */
  get isEmpty(): bool {
    return this.first === null;
  }

  /** Appends one. */
  add(waiter: TextWaiter): void {
    const last = this.last;
    waiter.list = this;
    waiter.previous = last;
    waiter.next = null;
    if (last) last.next = waiter;
    else this.first = waiter;
    this.last = waiter;
  }

  /** Takes one out, wherever it stands. */
  remove(waiter: TextWaiter): void {
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

  /** Takes the first one out; `null` if nobody waits. */
  take(): TextWaiter | null {
    const first = this.first;
    if (first) this.remove(first);
    return first;
  }
}
