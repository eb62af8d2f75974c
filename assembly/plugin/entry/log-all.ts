import { enter, leave } from "../callback";
import { filterForLog } from "../dispatcher";
import { streams } from "../streams";

// In place of `log`, for plugins that also observe the streams to which a filter before them has replied: such a stream has only `onLog`.

/** A stream before the router has ended, and its access log is about to be written. */
export function proxy_on_log(id: u32): void {
  const stream = streams.get(id);
  if (stream === null) return;
  enter(stream);
  const filter = filterForLog(stream);
  if (filter) filter.onLog();
  leave();
}
