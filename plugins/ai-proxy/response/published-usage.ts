import { USAGE_STATE } from "../../../assembly/ai/contract";
import { TokenUsage } from "../../../assembly/ai/usage";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { setProperty } from "../../../assembly/host/property";

const text = new ByteBuffer();

/** Sets the filter state `ai_usage` for other filters and the access log, where the provider has sent usage. */
export function publishUsage(usage: TokenUsage): void {
  if (!usage.seen) return;
  text.clear();
  usage.write(text);
  setProperty(USAGE_STATE, text.slice);
}
