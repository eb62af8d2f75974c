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
}

/** The median, the minimum and the maximum of some numbers. */
export function spreadOf(numbers: number[]): Spread {
  const sorted = [...numbers].sort((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)], least: sorted[0], most: sorted[sorted.length - 1] };
}
