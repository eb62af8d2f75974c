/** A number with the spread of the rounds that it is the median of. */
export interface Spread {
  median: number;
  least: number;
  most: number;
}

/** What one filter costs in one kind of work. */
export interface Cost {
  /** Envoy's CPU time for one unit of work, in µs. */
  micros: Spread;
  /** The same as a multiple of what Envoy needs without a filter, taken round by round. */
  ratio: Spread;
  /** How much later than sent the median event of a stream arrived, in ms. */
  delayMs?: Spread;
}

/** One kind of work under each filter. */
export interface Work {
  id: string;
  title: string;
  unit: "request" | "event";
  /** By lane; `none` is the measure for the others. */
  costs: Record<string, Cost>;
}

/** What a filter costs without any work. */
export interface Footprint {
  /** By filter: `none`, `ai-proxy`. */
  readySeconds: Record<string, Spread>;
  /** By filter: megabytes by the number of idle streams. */
  residentMegabytes: Record<string, Record<string, number>>;
  moduleBytes: number;
}

/** What `make bench` writes to tests/bench/results/latest.json. */
export interface Results {
  date: string;
  machine: string;
  envoy: string;
  rounds: number;
  /** Whether Envoy had a core of its own. */
  pinned: boolean;
  work: Work[];
  footprint: Footprint;
}

/** The median of some numbers, with the least and the most of them. */
export function spreadOf(numbers: number[]): Spread {
  const sorted = [...numbers].sort((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)], least: sorted[0], most: sorted[sorted.length - 1] };
}
