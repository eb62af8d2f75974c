import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, Slice } from "../bytes/slice";
import { jsonFirstKey, jsonEquals, jsonInteger, JsonKind, jsonKind, jsonMemberValue, jsonNextKey } from "../json/value";

/** The tokens that an answer cost, as the provider counted them. */
export class TokenUsage {
  /** Whether a provider has told any numbers yet. */
  seen: bool = false;
  /** Tokens of the request. */
  prompt: i64 = 0;
  /** Tokens of the answer, reasoning included. */
  completion: i64 = 0;
  /** Both together. */
  total: i64 = 0;
  /** Those of the request that came from the provider's cache. */
  cached: i64 = 0;
  /** Those of the answer that were reasoning. */
  reasoning: i64 = 0;
  /** Whether the provider told `cached`. */
  hasCached: bool = false;
  /** Whether the provider told `reasoning`. */
  hasReasoning: bool = false;

  /**
   * Takes over a usage object: OpenAI's names (`prompt_tokens`, `completion_tokens`), or `input_tokens` and
   * `output_tokens` as DashScope, Anthropic and OpenAI's responses call them. An object without numbers changes nothing;
   * of several the last one counts.
   */
  read(usage: Slice): void {
    let prompt: i64 = -1;
    let completion: i64 = -1;
    let total: i64 = -1;
    for (let key = jsonFirstKey(usage); key != ABSENT;) {
      const value = jsonMemberValue(usage, key);
      if (jsonKind(value) == JsonKind.Number) {
        const count = jsonInteger(value, -1);
        if (jsonEquals(key, "prompt_tokens") || jsonEquals(key, "input_tokens")) prompt = count;
        else if (jsonEquals(key, "completion_tokens") || jsonEquals(key, "output_tokens")) completion = count;
        else if (jsonEquals(key, "total_tokens")) total = count;
      } else if (jsonKind(value) == JsonKind.Object) {
        this.readDetails(value);
      }
      key = jsonNextKey(usage, value);
    }
    if (prompt < 0 && completion < 0 && total < 0) return;
    this.seen = true;
    // An embedding has no answer to count: its total is that of the request.
    if (prompt < 0) prompt = max<i64>(total - max<i64>(completion, 0), 0);
    this.prompt = prompt;
    this.completion = max<i64>(completion, 0);
    this.total = total < 0 ? this.prompt + this.completion : total;
  }

  /** Writes OpenAI's usage object. */
  write(out: ByteBuffer): void {
    out.text('{"prompt_tokens":').integer(this.prompt);
    out.text(',"completion_tokens":').integer(this.completion);
    out.text(',"total_tokens":').integer(this.total);
    if (this.hasCached) out.text(',"prompt_tokens_details":{"cached_tokens":').integer(this.cached).byte(0x7d);
    if (this.hasReasoning)
      out.text(',"completion_tokens_details":{"reasoning_tokens":').integer(this.reasoning).byte(0x7d);
    out.byte(0x7d);
  }

  private readDetails(details: Slice): void {
    for (let key = jsonFirstKey(details); key != ABSENT;) {
      const value = jsonMemberValue(details, key);
      const count = jsonKind(value) == JsonKind.Number ? jsonInteger(value, -1) : -1;
      if (count >= 0 && jsonEquals(key, "cached_tokens")) {
        this.cached = count;
        this.hasCached = true;
      } else if (count >= 0 && jsonEquals(key, "reasoning_tokens")) {
        this.reasoning = count;
        this.hasReasoning = true;
      }
      key = jsonNextKey(details, value);
    }
  }
}
