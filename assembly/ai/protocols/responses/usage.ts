import { ByteBuffer } from "../../../bytes/buffer";
import { constant } from "../../../bytes/constant";
import { TokenUsage } from "../../usage";

// Constants, since they lie side by side in memory.
const INPUT = constant('{"input_tokens":');
const CACHED = constant(',"input_tokens_details":{"cached_tokens":');
const CACHE_WRITE = constant(',"cache_write_tokens":');
const OUTPUT = constant('},"output_tokens":');
const REASONING = constant(',"output_tokens_details":{"reasoning_tokens":');
const TOTAL = constant('},"total_tokens":');

/** Appends the usage object of a response, `null` where nothing is known. https://platform.openai.com/docs/api-reference/responses/object */
export function writeResponsesUsage(usage: TokenUsage | null, out: ByteBuffer): void {
  if (usage === null || !usage.seen) {
    out.text("null");
    return;
  }
  out.constant(INPUT).integer(usage.prompt);
  out.constant(CACHED).integer(usage.cached);
  out.constant(CACHE_WRITE).integer(usage.cacheWrite);
  out.constant(OUTPUT).integer(usage.completion);
  out.constant(REASONING).integer(usage.reasoning);
  out.constant(TOTAL).integer(usage.total).byte(0x7d);
}
