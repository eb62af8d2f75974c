import { Deadline } from "../host/deadline";
import { turnTo } from "./dispatcher";
import { HttpFilter } from "./filter";
import { setDeadline } from "./root";

/** A filter that holds a response for a limited time. */
export abstract class HoldingFilter extends HttpFilter {
  /** The time for holding is over; the stream is the effective context. */
  abstract onHoldExpired(): void;
}

/** The time for which a filter holds a response; a deadline of the root context, since streams have no timers. */
export class HoldDeadline extends Deadline {
  private filter: HoldingFilter | null = null;

  /** Begins the time, in milliseconds. */
  begin(filter: HoldingFilter, milliseconds: u32): void {
    this.filter = filter;
    setDeadline(this, milliseconds);
  }

  /** Nothing is held any more. */
  end(): void {
    this.clear();
    this.filter = null;
  }

  override onExpired(): void {
    const filter = this.filter;
    if (filter !== null && turnTo(filter.contextId)) filter.onHoldExpired();
  }
}
