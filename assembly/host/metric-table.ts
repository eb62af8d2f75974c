import { MetricType } from "../abi/enums";
import { ByteBuffer } from "../bytes/buffer";
import { Slice } from "../bytes/slice";
import { TextTable } from "../bytes/text-table";
import { Counter, defineMetric, incrementMetric, recordMetric } from "./metric";
import { appendOthers } from "./metric-labels";

const UNDEFINED: i64 = -2;

const text = new ByteBuffer();

/** A metric of a `MetricTable`. */
export class MetricKind {
  constructor(
    readonly name: string,
    readonly type: MetricType,
  ) {}
}

/** A counter. The name may begin with further labels: `[type=input]tokens_total`. */
export function counterKind(name: string): MetricKind {
  return new MetricKind(name, MetricType.Counter);
}

/** A histogram of whole numbers. */
export function histogramKind(name: string): MetricKind {
  return new MetricKind(name, MetricType.Histogram);
}

/**
 * Several metrics with the same labels (see `Labels`). A label set is looked up once, whatever number of observations follows, and a
 * metric of it is defined in the host when it is first used. Envoy never removes a metric: after `limit` label sets each further one
 * is recorded with `other` as the value of each label, and counted in `folded`.
 */
export class MetricTable {
  private readonly sets: TextTable = new TextTable();
  private ids: StaticArray<i64> = new StaticArray<i64>(0);

  constructor(
    private readonly kinds: MetricKind[],
    private readonly folded: Counter,
  ) {}

  /** The number of a label set. */
  numberOf(labels: Slice, limit: i32): i32 {
    const known = this.sets.find(labels);
    if (known >= 0) return known;
    if (this.sets.count < limit) return this.sets.add(labels);
    this.folded.add();
    text.clear();
    appendOthers(labels, text);
    return this.sets.add(text.slice);
  }

  /** The labels of a set; valid until the next `numberOf`. */
  labelsOf(set: i32): Slice {
    return this.sets.at(set);
  }

  /** Adds to a counter of a label set. An `amount` of 0 shows the counter. */
  add(set: i32, kind: i32, amount: i64): void {
    const id = this.idOf(set, kind);
    if (amount > 0) incrementMetric(id, amount);
  }

  /** Records an observation of a histogram of a label set. */
  record(set: i32, kind: i32, observation: i64): void {
    recordMetric(this.idOf(set, kind), <u64>max<i64>(observation, 0));
  }

  /** Appends the name of a metric without its labels. */
  protected appendName(labels: Slice, name: string, out: ByteBuffer): void {
    out.append(labels).text(name);
  }

  private idOf(set: i32, kind: i32): i64 {
    const at = set * this.kinds.length + kind;
    if (at >= this.ids.length) this.grow(at);
    const id = unchecked(this.ids[at]);
    return id == UNDEFINED ? this.define(set, kind, at) : id;
  }

  private define(set: i32, kind: i32, at: i32): i64 {
    const metric = this.kinds[kind];
    text.clear();
    this.appendName(this.sets.at(set), metric.name, text);
    return (this.ids[at] = defineMetric(metric.type, text.slice));
  }

  private grow(at: i32): void {
    const old = this.ids;
    const ids = new StaticArray<i64>(2 * (at + this.kinds.length));
    for (let i = 0; i < ids.length; i++) ids[i] = i < old.length ? old[i] : UNDEFINED;
    this.ids = ids;
  }
}
