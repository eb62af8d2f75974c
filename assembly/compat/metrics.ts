import { MetricType } from "../abi/enums";
import { proxy_get_metric, proxy_increment_metric, proxy_record_metric } from "../abi/imports";
import { expectBytes, RETURNED, returnedLong } from "../abi/memory";
import { defineMetric, REFUSED } from "../host/metric";
import { utf8 } from "./bytes";
import { MetricTypeValues, WasmResultValues } from "./enums";

/** A metric that the host has defined, or refused. */
export class MetricResult {
  result: WasmResultValues = WasmResultValues.Ok;
  metric_id: u32 = 0;
}

/** The value of a metric. */
export class MetricData {
  result: WasmResultValues = WasmResultValues.Ok;
  data: u64 = 0;
}

/** Defines a metric, once for each name. */
export function define_metric(typ: MetricTypeValues, name: string): MetricResult {
  const metric = new MetricResult();
  const id = defineMetric(<MetricType>typ, utf8(name));
  if (id == REFUSED) metric.result = WasmResultValues.BadArgument;
  else metric.metric_id = <u32>id;
  return metric;
}

/** Adds to a counter or a gauge. */
export function increment_metric(metric_id: u32, offset: i64): WasmResultValues {
  return proxy_increment_metric(metric_id, offset);
}

/** Sets a gauge, or records an observation of a histogram. */
export function record_metric(metric_id: u32, value: u64): WasmResultValues {
  return proxy_record_metric(metric_id, value);
}

/** The value of a counter or a gauge. */
export function get_metric(metric_id: u32): MetricData {
  const metric = new MetricData();
  expectBytes();
  metric.result = proxy_get_metric(metric_id, RETURNED);
  if (metric.result == WasmResultValues.Ok) metric.data = returnedLong();
  return metric;
}

/** A metric with its id; a refused one records nothing. */
export abstract class Metric {
  metric_id: u32;
  private readonly result: WasmResultValues;

  constructor(typ: MetricTypeValues, name: string) {
    const metric = define_metric(typ, name);
    this.metric_id = metric.metric_id;
    this.result = metric.result;
  }

  protected add(offset: i64): WasmResultValues {
    return this.result == WasmResultValues.Ok ? increment_metric(this.metric_id, offset) : this.result;
  }
}

/** A number that grows and shrinks. */
export class Gauge extends Metric {
  constructor(name: string) {
    super(MetricTypeValues.Gauge, name);
  }

  /** Adds to it. */
  increment(offset: i64): WasmResultValues {
    return this.add(offset);
  }

  /** Sets a gauge by its id, as the package does. */
  record(metric_id: u32, value: u64): WasmResultValues {
    return record_metric(metric_id, value);
  }
}

/** The distribution of whole numbers. */
export class Histogram extends Metric {
  constructor(name: string) {
    super(MetricTypeValues.Histogram, name);
  }

  /** Refused by the host: a histogram has no value to add to. */
  increment(offset: i64): WasmResultValues {
    return this.add(offset);
  }

  /** Records an observation of a histogram by its id, as the package does. */
  record(metric_id: u32, value: u64): WasmResultValues {
    return record_metric(metric_id, value);
  }
}

/** A number that only grows. */
export class Counter extends Metric {
  constructor(name: string) {
    super(MetricTypeValues.Counter, name);
  }

  /** Adds to it. */
  increment(offset: u32): WasmResultValues {
    return this.add(offset);
  }
}
