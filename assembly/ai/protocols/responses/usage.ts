import { ByteBuffer } from "../../../bytes/buffer";
import { TokenUsage } from "../../usage";

/** Appends the usage object of a response, `null` where nothing is known. https://platform.openai.com/docs/api-reference/responses/object */
export function writeResponsesUsage(usage: TokenUsage | null, out: ByteBuffer): void {
  if (usage === null || !usage.seen) {
    out.text("null");
    return;
  }
  out.text('{"input_tokens":').integer(usage.prompt);
  out.text(',"input_tokens_details":{"cached_tokens":').integer(usage.cached);
  out.text(',"cache_write_tokens":').integer(usage.cacheWrite);
  out.text('},"output_tokens":').integer(usage.completion);
  out.text(',"output_tokens_details":{"reasoning_tokens":').integer(usage.reasoning);
  out.text('},"total_tokens":').integer(usage.total).byte(0x7d);
}
