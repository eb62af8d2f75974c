/** A median with the spread of its rounds. */
export interface Spread {
  median: number;
  least: number;
  most: number;
}

/** The cost of one filter for one kind of work. */
export interface Cost {
  /** Envoy's CPU time for one unit of work, in µs. */
  micros: Spread;
  /** The same as a factor of Envoy's time without a filter, computed round by round. */
  ratio: Spread;
  /** The delay from sending to arrival of the median event of a stream, in ms. */
  delayMs?: Spread;
}

/** One kind of work with each filter. */
export interface Work {
  id: string;
  title: string;
  unit: "request" | "event";
  /** By lane; the others are compared with `none`. */
  costs: Record<string, Cost>;
}

/** The cost of a filter without any work. */
export interface Footprint {
  /** By filter: `none`, `ai-proxy`. */
  readySeconds: Record<string, Spread>;
  /** By filter: megabytes by the number of idle streams. */
  residentMegabytes: Record<string, Record<string, number>>;
  moduleBytes: number;
}

/** What `fallback` costs with examples/model-failover. */
export interface Failover {
  /** Work that needs no fallback: Envoy's CPU time without the plugin in the chain, and the factor of the chain with it. */
  armed: { title: string; unit: "request" | "event"; micros: Spread; ratio: Spread }[];
  /** Time to the first token of a direct call of the second target, and what a fallback to it adds, in ms. */
  firstToken: { title: string; directMs: Spread; addedMs: Spread }[];
}

/** What a budget of tokens costs with its counters in Envoy (`local`) and in a Valkey on the same machine (`redis`). */
export interface SharedBudget {
  /** The time of one chat of 1 KB after the other, in ms. */
  timeMs: Record<"none" | "local" | "redis", Spread>;
  /** What Redis adds to `local`, in ms. */
  addedMs: Spread;
  /** The responses per second of one worker that gets as many requests as it responds to. */
  perSecond: Record<"none" | "local" | "redis", Spread>;
  /** The part of its core that Envoy used meanwhile: below 1, something else was the limit. */
  busy: Record<"none" | "local" | "redis", Spread>;
}

/** What a hit of ai-cache costs, of a chat of 1 KB: without the plugin Envoy itself sends such a response (`none`). */
export interface SharedCache {
  /** The time of one request after the other, in ms. */
  timeMs: Record<"none" | "memory" | "redis", Spread>;
  /** What the plugin adds to `none`, in ms. */
  addedMs: Record<"memory" | "redis", Spread>;
  /** Envoy's CPU time for a request, in µs. */
  micros: Record<"none" | "memory" | "redis", Spread>;
  /** The same as a factor of `none`, computed round by round. */
  ratio: Record<"none" | "memory" | "redis", Spread>;
}

/** The content of tests/bench/results/latest.json, which `make bench` writes. */
export interface Results {
  date: string;
  machine: string;
  envoy: string;
  rounds: number;
  /** Whether Envoy had its own core. */
  pinned: boolean;
  work: Work[];
  footprint: Footprint;
  /** Absent in results that were measured before there was the plugin. */
  failover?: Failover;
  /** Absent in results that were measured before there was this measurement. */
  sharedBudget?: SharedBudget;
  /** Absent, too, in results from before it. */
  sharedCache?: SharedCache;
}

/** The median, the minimum and the maximum of some numbers. */
export function spreadOf(numbers: number[]): Spread {
  const sorted = [...numbers].sort((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)], least: sorted[0], most: sorted[sorted.length - 1] };
}

/** The median, with the 10th and the 90th percentile in place of the minimum and the maximum. */
export function percentilesOf(numbers: number[]): Spread {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  return { median: at(0.5), least: at(0.1), most: at(0.9) };
}
