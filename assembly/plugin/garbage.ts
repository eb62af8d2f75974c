import { isOutsideCallbacks } from "../abi/memory";

/** Streams that end between two runs of the collector; more if more are open. */
const STREAMS: i32 = 1024;

let ended: i32 = 0;
let isDue: bool = false;
let pages: i32 = memory.size();

/** Notes that a stream ended: its objects are garbage. */
export function noteStreamEnd(): void {
  ended++;
}

/** Notes that a configuration was read or has ended: the collector runs after this callback. */
export function noteConfiguration(): void {
  isDue = true;
}

/**
 * Runs the collector if there is enough to collect. It runs between callbacks only, when no function holds a managed
 * reference: no reference has to be recorded, and no write needs a barrier.
 */
export function collectGarbage(openStreams: i32): void {
  if (!isDue && ended < max(STREAMS, openStreams) && memory.size() == pages) return;
  if (!isOutsideCallbacks()) return;
  __collect();
  ended = 0;
  isDue = false;
  pages = memory.size();
}
