import { Deadline } from "../../../assembly/host/deadline";
import { turnTo } from "../../../assembly/plugin/dispatcher";
import { HttpFilter } from "../../../assembly/plugin/filter";
import { setDeadline } from "../../../assembly/plugin/root";

/** How long the next target of a fallback set waits for what an error says about its API key, in milliseconds. */
const LONGEST_WAIT = 500;

/** A filter that waits for the body of an error. */
export abstract class WaitingFilter extends HttpFilter {
  /** The body does not come in time; the stream is the effective context. */
  abstract onLateBody(): void;
}

/** The time limit for the body of an error whose headers are held. */
export class LateBody extends Deadline {
  /** Begins to wait, until the body came, the time has passed, or `clear` is called. */
  constructor(private readonly filter: WaitingFilter) {
    super();
    setDeadline(this, LONGEST_WAIT);
  }

  override onExpired(): void {
    if (turnTo(this.filter.contextId)) this.filter.onLateBody();
  }
}
