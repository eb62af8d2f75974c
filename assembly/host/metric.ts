import { MetricType, Status } from "../abi/enums";
import { proxy_define_metric, proxy_get_metric, proxy_increment_metric, proxy_record_metric } from "../abi/imports";
import { RETURNED, returnedLong, returnedNumber } from "../abi/memory";
import { Slice, sliceSize, sliceStart } from "../bytes/slice";
import { encoded } from "./scratch";

/** The id of a metric that the host refused to define; nothing is recorded for it. */
export const REFUSED: i64 = -1;
const UNDEFINED: i64 = -2;

/** Defines a metric in the host. Returns its id, or `REFUSED`: do not try again. */
export function defineMetric(type: MetricType, name: Slice): i64 {
  const status = proxy_define_metric(type, sliceStart(name), sliceSize(name), RETURNED);
  return status == Status.Ok ? <i64>returnedNumber() : REFUSED;
}

/** Adds to a counter or a gauge. */
export function incrementMetric(id: i64, amount: i64): void {
  if (id >= 0) proxy_increment_metric(<u32>id, amount);
}

/** Sets a gauge, or records an observation of a histogram. */
export function recordMetric(id: i64, value: u64): void {
  if (id >= 0) proxy_record_metric(<u32>id, value);
}

/** The value of a counter or a gauge; 0 if it is not defined. */
export function metricValue(id: i64): u64 {
  return id >= 0 && proxy_get_metric(<u32>id, RETURNED) == Status.Ok ? returnedLong() : 0;
}

/** A metric without labels: `wasmcustom.<name>` in Envoy's `/stats`. It is defined when it is first used, and once only. */
abstract class Metric {
  private known: i64 = UNDEFINED;

  constructor(
    readonly name: string,
    private readonly type: MetricType,
  ) {}

  protected get id(): i64 {
    if (this.known == UNDEFINED) this.known = defineMetric(this.type, encoded(this.name));
    return this.known;
  }
}

/** A number that only grows. */
export class Counter extends Metric {
  constructor(name: string) {
    super(name, MetricType.Counter);
  }

  /** Adds `amount`; 0 and less change nothing. */
  add(amount: i64 = 1): void {
    if (amount > 0) incrementMetric(this.id, amount);
  }
}

/** A number that grows and shrinks; all workers add to the same one. Envoy shows less than 0 as a number close to 2^64. */
export class Gauge extends Metric {
  constructor(name: string) {
    super(name, MetricType.Gauge);
  }

  /** Adds `amount`, which may be negative. */
  add(amount: i64): void {
    incrementMetric(this.id, amount);
  }

  /** The value now. */
  get(): u64 {
    return metricValue(this.id);
  }
}

/** The distribution of whole numbers, in the unit that its name says. */
export class Histogram extends Metric {
  constructor(name: string) {
    super(name, MetricType.Histogram);
  }

  /** Records one observation. */
  record(observation: u64): void {
    recordMetric(this.id, observation);
  }
}
