import { TokenUsage } from "../../assembly/ai/usage";
import { Slice } from "../../assembly/bytes/slice";
import { Counter } from "../../assembly/host/metric";
import { CounterFamily } from "../../assembly/host/metric-family";
import { Labels } from "../../assembly/host/metric-labels";
import { addConsumer, consumerAndModel } from "../../assembly/limit/limit-labels";

const inputTokens = new CounterFamily("ai_token_ratelimit_input_tokens_total");
const outputTokens = new CounterFamily("ai_token_ratelimit_output_tokens_total");
const limited = new CounterFamily("ai_token_ratelimit_limited_total");
const reservedTokens = new Counter("ai_token_ratelimit_reserved_tokens_total");
const refundedTokens = new Counter("ai_token_ratelimit_refunded_tokens_total");
const estimated = new Counter("ai_token_ratelimit_estimated_total");
const storeDown = new Counter("ai_token_ratelimit_store_down_total");
const cut = new Counter("ai_token_ratelimit_cut_total");
const labels = new Labels();

/** Counts the tokens of the current stream, whose response has ended, by consumer and model. `model`: see `consumerAndModel`. */
export function countTokens(usage: TokenUsage, model: Slice): void {
  const both = consumerAndModel(model);
  inputTokens.add(both, usage.prompt);
  outputTokens.add(both, usage.completion);
  if (usage.isEstimate) estimated.add();
}

/** Counts the current request, which a rule refuses or sends to the next target, by consumer and rule (`LimitRules.labelOf`). */
export function countLimited(rule: Slice): void {
  limited.add(addConsumer(labels.clear()).add("rule", rule));
}

/** Counts the tokens that a request had reserved, and those of them that it has not spent. */
export function countReserved(reserved: i64, spent: i64): void {
  reservedTokens.add(reserved);
  refundedTokens.add(reserved - spent);
}

/** Counts a stream that was ended before its provider ended it. */
export function countCut(): void {
  cut.add();
}

/** Counts a request whose limits Redis does not tell. */
export function countStoreDown(): void {
  storeDown.add();
}
