// SPDX-License-Identifier: Apache-2.0
import { Status } from "./abi.ts";

const KINDS = ["counter", "gauge", "histogram"] as const;

/** One metric: a histogram keeps every value that was recorded. */
export interface Metric {
  kind: (typeof KINDS)[number];
  value: bigint;
  recorded: bigint[];
}

/** The metrics of one VM. Defining a name twice gives two ids of one metric, as in Envoy. */
export class Metrics {
  readonly byName = new Map<string, Metric>();
  /** How many times the module has defined a metric, refused or not. */
  definitions = 0;
  /** Names that a test lets the host refuse. */
  refuses: (name: string) => boolean = () => false;
  private readonly byId = new Map<number, Metric>();
  // The two low bits of an id say what kind it is.
  private readonly nextId = [4, 5, 6];

  /** Gives the id, or null where there is no such kind. */
  define(kind: number, name: string): number | null {
    this.definitions++;
    if (kind >= KINDS.length || this.refuses(name)) return null;
    const metric = this.byName.get(name) ?? { kind: KINDS[kind], value: 0n, recorded: [] };
    this.byName.set(name, metric);
    const id = this.nextId[kind];
    this.nextId[kind] += 4;
    this.byId.set(id, metric);
    return id;
  }

  increment(id: number, offset: bigint): number {
    if ((id & 3) > 1) return Status.BadArgument;
    const metric = this.byId.get(id);
    if (!metric) return Status.NotFound;
    if (metric.kind === "counter" && offset <= 0n) return Status.BadArgument;
    // A gauge below zero wraps, as it does in Envoy.
    metric.value = BigInt.asUintN(64, metric.value + offset);
    return Status.Ok;
  }

  record(id: number, value: bigint): number {
    const metric = this.byId.get(id);
    if (!metric) return Status.NotFound;
    if (metric.kind === "histogram") metric.recorded.push(value);
    else metric.value = metric.kind === "counter" ? metric.value + value : value;
    return Status.Ok;
  }

  /** The value, or the status that says why there is none. */
  get(id: number): bigint | number {
    if ((id & 3) > 1) return Status.BadArgument;
    return this.byId.get(id)?.value ?? Status.NotFound;
  }
}
