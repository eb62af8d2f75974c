/** No number of a label set. */
export const NO_SET: i32 = -1;
/** The numbers of the label sets of a pass in the tables of metrics; `NO_SET` where it was not looked up. */
export class LabelSets {
  /** In the table of observations. */
  observations: i32 = NO_SET;
  /** In the tables of durations and of requests, of a pass that has finished without a fault. */
  duration: i32 = NO_SET;
  request: i32 = NO_SET;
  /** In the table of Higress's counters. */
  reference: i32 = NO_SET;
}
