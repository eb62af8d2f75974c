import { jsonValidate } from "../json/validate";
import { FilterState } from "../host/filter-state";
import { ABSENT, sliceSize } from "../bytes/slice";
import { USAGE_STATE } from "../ai/contract";
import { TokenUsage, UsageStatus } from "../ai/usage";
import { UsageWatch } from "../ai/usage-watch";

/** More tokens than any response has: a provider that reports more must not overflow a counter. */
const MOST: i64 = 1_000_000_000_000;

const published = new FilterState(USAGE_STATE);
const reported = new TokenUsage();

/** The usage of a response that was not reported. */
const estimated = new TokenUsage();

/**
 * The usage of a response that has ended: as ai-proxy reports it, else as the response itself says, else the estimate of the prompt and of what
 * the response has shown; with counts from 0 to `MOST`. `null` without any. What is reported of a stream that was cut off is completed by its
 * estimate. `prompt`: the estimated tokens of the prompt; -1 if nothing is estimated. `needsModel`: see `UsageWatch.finish`. Valid
 * until the next call.
 */
export function spentUsage(watch: UsageWatch, prompt: i64, needsModel: bool = true): TokenUsage | null {
  const state = published.get();
  if (state != ABSENT && sliceSize(state) && !jsonValidate(state)) {
    if (watch.isUnderWay) watch.finish(needsModel);
    // A provider may report the prompt with the first event, and the output with the last one, which has not come.
    const isCutOff = prompt >= 0 && watch.isUnderWay && watch.usage.status != UsageStatus.Complete;
    reported.reset();
    if (isCutOff) {
      reported.readFirst(state);
      reported.estimateRest(prompt, watch.output.tokens);
    } else reported.read(state);
    // What the first event of Messages says is not the end.
    if (reported.seen && watch.usage.status != UsageStatus.Partial) return bounded(reported);
  }
  watch.finish(needsModel);
  const usage = watch.usage;
  if (usage.status == UsageStatus.Complete) return bounded(usage);
  const output = watch.output.tokens;
  if (usage.status == UsageStatus.Partial) {
    if (prompt >= 0) usage.estimateRest(prompt, output);
    return bounded(usage);
  }
  if (prompt + output <= 0 || prompt < 0) return null;
  estimated.reset();
  estimated.estimateRest(prompt, output);
  return bounded(estimated);
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
