import { MetricSet } from "../../../assembly/host/metric-table";

/** No label set. */
export const NO_SET: MetricSet = 0;

/** The label sets of a pass in the tables of metrics; `NO_SET` where it was not looked up. */
export class LabelSets {
  /** In the table of observations. */
  observations: MetricSet = NO_SET;
  /** In the tables of durations and of requests, of a pass that has finished without a fault. */
  duration: MetricSet = NO_SET;
  request: MetricSet = NO_SET;
  /** In the table of Higress's counters. */
  reference: MetricSet = NO_SET;
}
