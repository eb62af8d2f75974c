import { isOutsideCallbacks } from "../abi/memory";

/** Exchanges between two runs of the collector, unless more are open: then as many as these. */
const EXCHANGES: i32 = 1024;

let ended: i32 = 0;
let isDue: bool = false;
let pages: i32 = memory.size();

/** Notes that an exchange ended, and left its objects behind. */
export function noteExchange(): void {
  ended++;
}

/** Notes that a configuration was read or dropped. */
export function noteConfiguration(): void {
  isDue = true;
}

/**
 * Runs the collector if there is enough to collect. It runs between callbacks only, when no function holds a managed
 * reference: so none has to be noted on the way, and no write needs a barrier. An exchange leaves next to nothing behind.
 */
export function collectGarbage(openExchanges: i32): void {
  if (!isDue && ended < max(EXCHANGES, openExchanges) && memory.size() == pages) return;
  if (!isOutsideCallbacks()) return;
  __collect();
  ended = 0;
  isDue = false;
  pages = memory.size();
}
