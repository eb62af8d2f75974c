import { Deadline, Deadlines } from "../host/deadline";
import { currentRoot, setHostTick } from "../host/root";
import { Configuration } from "./configuration";
import { BodyWatch } from "./body-watch";

/** Milliseconds between two ticks while a deadline is set: so late, at most, it is noticed. */
const DEADLINE_TICK = 50;

/** One root context: a plugin in one place of one configuration. A VM holds many, old and new, in both positions. */
export class Root {
  /** What was configured; `null` before. */
  configuration: Configuration | null = null;
  /** Whether bodies arrive while headers are held. */
  readonly bodies: BodyWatch = new BodyWatch();
  /** What the root context waits for. */
  readonly deadlines: Deadlines = new Deadlines();
  /** Milliseconds between two ticks that the plugin asked for; 0 for none. */
  pluginTick: u32 = 0;
  private hostTick: u32 = 0;

  constructor(readonly id: u32) {}

  /** Asks the host for the ticks that are needed now; only in a callback of this root context or of a stream of it. */
  adjustTick(): void {
    const own = sooner(this.bodies.tickMilliseconds, this.deadlines.isEmpty ? 0 : DEADLINE_TICK);
    const wanted = sooner(own, this.pluginTick);
    if (wanted == this.hostTick) return;
    this.hostTick = wanted;
    setHostTick(wanted);
  }
}

/** The root contexts of this VM. */
export const roots = new Map<u32, Root>();

/**
 * Asks for `onTick` of the current root context, at the latest every so many milliseconds; 0 for no more. It ends with the
 * root context.
 */
export function setTickPeriod(milliseconds: u32): void {
  const id = currentRoot();
  if (!roots.has(id)) return;
  const root = roots.get(id);
  root.pluginTick = milliseconds;
  root.adjustTick();
}

/**
 * Sets a deadline of the current root context; milliseconds from now. Its `onExpired` is called up to 50 ms later than that, and
 * a tick later where many expire at once.
 */
export function setDeadline(deadline: Deadline, milliseconds: u32): void {
  const id = currentRoot();
  if (!roots.has(id)) return;
  const root = roots.get(id);
  root.deadlines.add(deadline, milliseconds);
  root.adjustTick();
}

/** The shorter of two periods; 0 is none. */
function sooner(a: u32, b: u32): u32 {
  return !a || (b && b < a) ? b : a;
}
