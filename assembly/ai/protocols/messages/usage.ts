import { ByteBuffer } from "../../../bytes/buffer";
import { TokenUsage } from "../../usage";

/**
 * Appends Anthropic's usage object, whose `input_tokens` are those outside of the provider's cache.
 * https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance
 */
export function writeMessagesUsage(usage: TokenUsage, out: ByteBuffer): void {
  const cached = usage.cached;
  const written = usage.cacheWrite;
  out.text('{"input_tokens":').integer(max<i64>(usage.prompt - cached - written, 0));
  out.text(',"cache_creation_input_tokens":').integer(written);
  out.text(',"cache_read_input_tokens":').integer(cached);
  out.text(',"output_tokens":').integer(usage.completion).byte(0x7d);
}
