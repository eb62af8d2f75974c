import { MetricType } from "../abi/enums";
import { ByteBuffer } from "../bytes/buffer";
import { numberAt, NumberRow, numberRow, setNumber } from "../bytes/number-row";
import { Slice } from "../bytes/slice";
import { TextTable } from "../bytes/text-table";
import { Counter, defineMetric, incrementMetric, recordMetric } from "./metric";
import { appendOthers } from "./metric-labels";

const UNDEFINED: i64 = -2;

/** A label set of a table: the ids of its metrics, and its number behind them. */
export type MetricSet = NumberRow;

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
  /** The memory of each set. */
  private readonly rows: Array<MetricSet> = [];

  constructor(
    private readonly kinds: MetricKind[],
    private readonly folded: Counter,
  ) {}

  /** The set of these labels. */
  setOf(labels: Slice, limit: i32): MetricSet {
    const known = this.sets.find(labels);
    if (known >= 0) return unchecked(this.rows[known]);
    if (this.sets.count < limit) return this.add(labels);
    this.folded.add();
    text.clear();
    appendOthers(labels, text);
    return this.add(text.slice);
  }

  /** The labels of a set; valid until the next `setOf`. */
  labelsOf(set: MetricSet): Slice {
    return this.sets.at(<i32>numberAt(set, this.kinds.length));
  }

  /** Adds to a counter of a label set. An `amount` of 0 shows the counter. */
  count(set: MetricSet, kind: i32, amount: i64): void {
    const id = this.idOf(set, kind);
    if (amount > 0) incrementMetric(id, amount);
  }

  /** Records an observation of a histogram of a label set. */
  record(set: MetricSet, kind: i32, observation: i64): void {
    recordMetric(this.idOf(set, kind), <u64>max<i64>(observation, 0));
  }

  /** Appends the name of a metric without its labels. */
  protected appendName(labels: Slice, name: string, out: ByteBuffer): void {
    out.append(labels).text(name);
  }

  private add(labels: Slice): MetricSet {
    const number = this.sets.add(labels);
    if (number < this.rows.length) return this.rows[number];
    const set = numberRow(this.kinds.length + 1, UNDEFINED);
    setNumber(set, this.kinds.length, number);
    this.rows.push(set);
    return set;
  }

  // What is recorded for a known set reads its row and nothing else.
  @inline
  private idOf(set: MetricSet, kind: i32): i64 {
    const id = numberAt(set, kind);
    return id == UNDEFINED ? this.define(set, kind) : id;
  }

  private define(set: MetricSet, kind: i32): i64 {
    const metric = this.kinds[kind];
    text.clear();
    this.appendName(this.labelsOf(set), metric.name, text);
    const id = defineMetric(metric.type, text.slice);
    setNumber(set, kind, id);
    return id;
  }
}
