import { Deadline, Deadlines } from "../host/deadline";
import { currentRoot, setHostTick } from "../host/root";
import { Configuration } from "./configuration";
import { BodyWatch } from "./body-watch";

/** Milliseconds between two ticks while a deadline is set, and while one is set that is over. */
const DEADLINE_TICK: u32 = 50;
const HURRIED_TICK: u32 = 1;

/** One root context: one configuration of a plugin. A VM has several; equal configurations in both chains share one. */
export class Root {
  /** The configuration; `null` before it was accepted. */
  configuration: Configuration | null = null;
  /** Streams whose headers are held. */
  readonly bodies: BodyWatch = new BodyWatch();
  /** The deadlines that are set. */
  readonly deadlines: Deadlines = new Deadlines();
  /** The tick period that the plugin has requested, in milliseconds; 0 for none. */
  pluginTick: u32 = 0;
  /** Whether a deadline was set that is over. */
  isHurried: bool = false;
  private hostTick: u32 = 0;

  constructor(readonly id: u32) {}

  /** Sets the tick period that is needed now; only in a callback of this root context or of one of its streams. */
  adjustTick(): void {
    const deadlineTick = this.isHurried ? HURRIED_TICK : DEADLINE_TICK;
    const own = sooner(this.bodies.tickMilliseconds, this.deadlines.isEmpty ? 0 : deadlineTick);
    const wanted = sooner(own, this.pluginTick);
    if (wanted == this.hostTick) return;
    this.hostTick = wanted;
    setHostTick(this.id, wanted);
  }
}

/** The root contexts of this VM. */
export const roots = new Map<u32, Root>();
/** The one that was looked up last: most VMs have one or two. */
let latest: Root | null = null;

/** A root context; `null` if the id is unknown. */
export function rootOf(id: u32): Root | null {
  const known = latest;
  if (known !== null && known.id == id) return known;
  if (!roots.has(id)) return null;
  latest = roots.get(id);
  return latest;
}

/** Adds a root context. */
export function beginRoot(id: u32): void {
  latest = new Root(id);
  roots.set(id, latest!);
}

/** Forgets a root context that has ended. */
export function endRoot(id: u32): void {
  roots.delete(id);
  latest = null;
}

/**
 * Requests `onTick` for the current root context, at least once in every period of so many milliseconds; 0 ends it. It also ends
 * with the root context.
 */
export function setTickPeriod(milliseconds: u32): void {
  const root = rootOf(currentRoot());
  if (root === null) return;
  root.pluginTick = milliseconds;
  root.adjustTick();
}

/**
 * Sets a deadline of the current root context, in milliseconds from now. `onExpired` is called up to 50 ms late, with 0 milliseconds
 * up to 1 ms; of more than `MOST_TURNS` deadlines that expire together, the others follow 50 ms later. There are no ticks while no
 * deadline is set.
 */
export function setDeadline(deadline: Deadline, milliseconds: u32): void {
  const root = rootOf(currentRoot());
  if (root === null) return;
  root.deadlines.add(deadline, milliseconds);
  if (!milliseconds) root.isHurried = true;
  root.adjustTick();
}

/** The shorter of two periods; 0 is none. */
function sooner(a: u32, b: u32): u32 {
  return !a || (b && b < a) ? b : a;
}
