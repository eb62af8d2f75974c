import { jsonValidate } from "../json/validate";
import { FilterState } from "../host/filter-state";
import { ABSENT, sliceSize } from "../bytes/slice";
import { USAGE_STATE } from "../ai/contract";
import { TokenUsage } from "../ai/usage";
import { UsageWatch } from "../ai/usage-watch";

/** More tokens than any response has: a provider that reports more must not overflow a counter. */
const MOST: i64 = 1_000_000_000_000;

const published = new FilterState(USAGE_STATE);
const reported = new TokenUsage();

/** The input and output tokens of a response that has ended: as ai-proxy reports them, else as the response itself says; 0 without either. */
export function spentTokens(watch: UsageWatch): i64 {
  const state = published.get();
  if (state != ABSENT && sliceSize(state) && !jsonValidate(state)) {
    reported.reset();
    reported.read(state);
    if (reported.seen) return sumOf(reported);
  }
  watch.finish();
  return watch.usage.seen ? sumOf(watch.usage) : 0;
}

function sumOf(usage: TokenUsage): i64 {
  return bounded(usage.prompt) + bounded(usage.completion);
}

function bounded(tokens: i64): i64 {
  return max<i64>(min(tokens, MOST), 0);
}
