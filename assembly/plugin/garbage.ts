import { isOutsideCallbacks } from "../abi/memory";

/** Streams that end between two runs of the collector; more if more are open or the memory is large. */
const STREAMS: i32 = 1024;
/**
 * Streams for each page of memory. A run marks every object of the configurations, which may be thousands: its cost for a stream is
 * that of marking 1 KiB. Garbage that would make the memory grow is collected at once.
 */
const STREAMS_PER_PAGE: i32 = 64;

/** A configuration of a route that is read leaves as much garbage as so many streams: its reader, its texts and its report. */
const STREAMS_PER_CONFIGURATION: i32 = 32;

let ended: i32 = 0;
let isDue: bool = false;
let pages: i32 = memory.size();

/** Notes that a stream ended: its objects are garbage. */
export function noteStreamEnd(): void {
  ended++;
}

/** Notes that the configuration of a route was read. */
export function noteRouteConfiguration(): void {
  ended += STREAMS_PER_CONFIGURATION;
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
  const streams = max(max(STREAMS, openStreams), STREAMS_PER_PAGE * pages);
  if (!isDue && ended < streams && memory.size() == pages) return;
  if (!isOutsideCallbacks()) return;
  __collect();
  ended = 0;
  isDue = false;
  pages = memory.size();
}
