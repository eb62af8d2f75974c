import { Slice } from "../../assembly/bytes/slice";
import { Counter } from "../../assembly/host/metric";
import { CounterFamily } from "../../assembly/host/metric-family";
import { Labels } from "../../assembly/host/metric-labels";

const limited = new CounterFamily("cluster_key_rate_limit_limited_total");
const storeDown = new Counter("cluster_key_rate_limit_store_down_total");
const labels = new Labels();

/** Counts a request that a rule refuses (`LimitRules.labelOf`). */
export function countLimited(rule: Slice): void {
  limited.add(labels.clear().add("rule", rule));
}

/** Counts a request whose limits Redis does not tell. */
export function countStoreDown(): void {
  storeDown.add();
}
