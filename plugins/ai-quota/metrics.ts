import { CounterFamily } from "../../assembly/host/metric-family";
import { Labels } from "../../assembly/host/metric-labels";
import { addConsumer } from "../../assembly/limit/limit-labels";

const charged = new CounterFamily("ai_quota_charged_tokens_total");
const refused = new CounterFamily("ai_quota_refused_total");
const labels = new Labels();

/** Counts tokens that are taken off the quota of the consumer of the current stream. */
export function countCharged(tokens: i64): void {
  charged.add(addConsumer(labels.clear()), tokens);
}

/** Counts the current request, whose consumer has no quota left. */
export function countRefused(): void {
  refused.add(addConsumer(labels.clear()));
}
