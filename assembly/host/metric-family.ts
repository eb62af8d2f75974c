import { MetricType } from "../abi/enums";
import { ByteBuffer } from "../bytes/buffer";
import { wordHashOf } from "../bytes/hash";
import { bufferOf, Slice, sliceOfBuffer, slicesEqual, sliceSize, subslice } from "../bytes/slice";
import { Counter, defineMetric, incrementMetric, metricValue, recordMetric } from "./metric";
import { appendOthers, Labels } from "./metric-labels";

/** The label sets of a family, unless another limit is given. */
const MOST_LABEL_SETS: i32 = 1000;
const FEWEST_SLOTS = 16;

const name = new ByteBuffer();

/** One label set of a family. */
class Series {
  constructor(
    readonly hash: u64,
    readonly name: ArrayBuffer,
    readonly id: i64,
  ) {}

  /** Whether these are its labels, of the family `name`. */
  has(labels: Slice, name: string): bool {
    const size = sliceSize(labels);
    const full = sliceOfBuffer(this.name);
    return sliceSize(full) == size + name.length && slicesEqual(subslice(full, 0, size), labels);
  }
}

/**
 * Metrics of one name with different labels (see `Labels`). A label set is defined in the host once, when it is first used. Envoy
 * never removes a metric, so a VM defines at most `limit` label sets: an observation of any other is recorded with `other` as the value
 * of each label, and counted in `<name>_folded_total`. The look-up of a known label set hashes and compares its bytes and allocates
 * nothing.
 */
abstract class MetricFamily {
  private slots: StaticArray<Series | null> = new StaticArray<Series | null>(FEWEST_SLOTS);
  private count: i32 = 0;
  /** The one that was used last: most streams in a row have the same labels. */
  private latest: Series | null = null;
  private readonly folded: Counter;

  constructor(
    readonly name: string,
    private readonly type: MetricType,
    private readonly limit: i32,
  ) {
    this.folded = new Counter(name + "_folded_total");
  }

  /** The id of the metric with these labels. */
  protected idOf(labels: Labels): i64 {
    const latest = this.latest;
    if (latest && latest.has(labels.slice, this.name)) return latest.id;
    name.clear();
    let full = name.append(labels.slice).text(this.name).slice;
    let hash = wordHashOf(full);
    let series = this.find(full, hash);
    if (series) return this.use(series);
    if (this.count >= this.limit) {
      this.folded.add();
      name.clear();
      appendOthers(labels.slice, name);
      full = name.text(this.name).slice;
      hash = wordHashOf(full);
      series = this.find(full, hash);
      if (series) return series.id;
    }
    return this.define(full, hash).id;
  }

  private use(series: Series): i64 {
    this.latest = series;
    return series.id;
  }

  private find(full: Slice, hash: u64): Series | null {
    const slots = this.slots;
    const mask = slots.length - 1;
    let at = (<i32>hash) & mask;
    let series = unchecked(slots[at]);
    while (series !== null && (series.hash != hash || !slicesEqual(full, sliceOfBuffer(series.name)))) {
      at = (at + 1) & mask;
      series = unchecked(slots[at]);
    }
    return series;
  }

  private define(full: Slice, hash: u64): Series {
    const series = new Series(hash, bufferOf(full), defineMetric(this.type, full));
    if (2 * ++this.count > this.slots.length) this.grow();
    this.put(series);
    return series;
  }

  private put(series: Series): void {
    const mask = this.slots.length - 1;
    let at = (<i32>series.hash) & mask;
    while (this.slots[at] !== null) at = (at + 1) & mask;
    this.slots[at] = series;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new StaticArray<Series | null>(2 * old.length);
    for (let i = 0; i < old.length; i++) {
      const series = old[i];
      if (series) this.put(series);
    }
  }
}

/** Counters that differ in their labels. */
export class CounterFamily extends MetricFamily {
  constructor(name: string, limit: i32 = MOST_LABEL_SETS) {
    super(name, MetricType.Counter, limit);
  }

  /** Adds `amount`; 0 and less change nothing. */
  add(labels: Labels, amount: i64 = 1): void {
    if (amount > 0) incrementMetric(this.idOf(labels), amount);
  }
}

/** Gauges that differ in their labels. */
export class GaugeFamily extends MetricFamily {
  constructor(name: string, limit: i32 = MOST_LABEL_SETS) {
    super(name, MetricType.Gauge, limit);
  }

  /** Adds `amount`, which may be negative. */
  add(labels: Labels, amount: i64): void {
    incrementMetric(this.idOf(labels), amount);
  }

  /** Sets the value, for all workers. */
  set(labels: Labels, value: u64): void {
    recordMetric(this.idOf(labels), value);
  }

  /** The value now. */
  get(labels: Labels): u64 {
    return metricValue(this.idOf(labels));
  }
}

/** Histograms that differ in their labels. */
export class HistogramFamily extends MetricFamily {
  constructor(name: string, limit: i32 = MOST_LABEL_SETS) {
    super(name, MetricType.Histogram, limit);
  }

  /** Records one observation: a whole number, in the unit that the name says. */
  record(labels: Labels, observation: u64): void {
    recordMetric(this.idOf(labels), observation);
  }
}
