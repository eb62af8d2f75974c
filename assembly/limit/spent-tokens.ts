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

/**
 * The usage of a response that has ended: as ai-proxy reports it, else as the response itself says, with counts from 0 to `MOST`; `null`
 * without either. Valid until the next call.
 */
export function spentUsage(watch: UsageWatch): TokenUsage | null {
  const state = published.get();
  if (state != ABSENT && sliceSize(state) && !jsonValidate(state)) {
    reported.reset();
    reported.read(state);
    if (reported.seen) return bounded(reported);
  }
  watch.finish();
  return watch.usage.seen ? bounded(watch.usage) : null;
}

/** The input and output tokens of a usage together. */
export function tokensOf(usage: TokenUsage): i64 {
  return usage.prompt + usage.completion;
}

function bounded(usage: TokenUsage): TokenUsage {
  usage.prompt = max<i64>(min(usage.prompt, MOST), 0);
  usage.completion = max<i64>(min(usage.completion, MOST), 0);
  return usage;
}
