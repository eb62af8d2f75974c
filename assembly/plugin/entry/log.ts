import { enter, leave } from "../callback";
import { streams } from "../streams";

// For plugins that override `onLog`.

/** A stream before the router has ended, and its access log is about to be written. */
export function proxy_on_log(id: u32): void {
  const stream = streams.get(id);
  if (stream === null) return;
  const filter = stream.filter;
  if (filter === null) return;
  enter(stream);
  filter.onLog();
  leave();
}
