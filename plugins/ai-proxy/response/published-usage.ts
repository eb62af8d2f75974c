import { USAGE_STATE } from "../../../assembly/ai/contract";
import { TokenUsage } from "../../../assembly/ai/usage";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { setProperty } from "../../../assembly/host/property";

const text = new ByteBuffer();

/**
 * Sets the filter state `ai_usage` for other filters and the access log, if the provider has sent usage and it has changed since
 * the last call. It is called with each chunk of a response: a client may leave at any time, and no later callback of a filter
 * in the router's chain comes before the access log is written.
 */
export function publishUsage(usage: TokenUsage): void {
  if (!usage.seen || !usage.hasChanged) return;
  usage.hasChanged = false;
  text.clear();
  usage.write(text);
  setProperty(USAGE_STATE, text.slice);
}
