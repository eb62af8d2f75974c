/** A small random generator (mulberry32); its seed determines the sequence. */
export class Random {
  constructor(private state: number) {}

  /** An integer from 0 up to `limit`, exclusive. */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * limit);
  }

  /** One element of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

/** The seed of a run: SEED from the environment, so that a failure can be reproduced, or a fixed one. */
export function seed(): number {
  return Number(process.env.SEED ?? 20_250_214);
}
