import { MetricType, Status } from "../abi/enums";
import { proxy_define_metric, proxy_get_metric, proxy_increment_metric, proxy_record_metric } from "../abi/imports";
import { RETURNED, returnedLong, returnedNumber } from "../abi/memory";
import { sliceSize, sliceStart } from "../bytes/slice";
import { encoded } from "./scratch";

/** A number in Envoy's `/stats`, defined there when it is first used. */
class Metric {
  private id: u32 = 0;
  private defined: bool = false;

  constructor(
    readonly name: string,
    private readonly type: MetricType,
  ) {}

  protected handle(): u32 {
    if (this.defined) return this.id;
    const name = encoded(this.name);
    if (proxy_define_metric(this.type, sliceStart(name), sliceSize(name), RETURNED) == Status.Ok) {
      this.id = returnedNumber();
      this.defined = true;
    }
    return this.id;
  }
}

/** Counts upwards. */
export class Counter extends Metric {
  constructor(name: string) {
    super(name, MetricType.Counter);
  }

  /** Adds `amount`, which is not negative. */
  add(amount: i64 = 1): void {
    proxy_increment_metric(this.handle(), amount);
  }
}

/** Goes up and down. */
export class Gauge extends Metric {
  constructor(name: string) {
    super(name, MetricType.Gauge);
  }

  /** Adds `amount`, which may be negative. */
  add(amount: i64): void {
    proxy_increment_metric(this.handle(), amount);
  }

  /** The value now. */
  get(): u64 {
    return proxy_get_metric(this.handle(), RETURNED) == Status.Ok ? returnedLong() : 0;
  }
}

/** Keeps the distribution of what is recorded. */
export class Histogram extends Metric {
  constructor(name: string) {
    super(name, MetricType.Histogram);
  }

  /** Records one observation. */
  record(observation: u64): void {
    proxy_record_metric(this.handle(), observation);
  }
}
