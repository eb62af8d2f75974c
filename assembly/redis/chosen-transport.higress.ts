import { HostCalls } from "./host-calls";
import { RedisSettings } from "./settings";
import { RedisTransport } from "./transport";

/** The transport of this build. */
export function chosenTransport(settings: RedisSettings): RedisTransport {
  return new HostCalls(settings);
}
