/** The number of passed, failed and skipped tests. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** An empty tally. */
export const emptyTally = (): Tally => ({ passed: 0, failed: 0, skipped: 0 });

/** The sum of several tallies. */
export function sum(tallies: Tally[]): Tally {
  const total = emptyTally();
  for (const tally of tallies) {
    total.passed += tally.passed;
    total.failed += tally.failed;
    total.skipped += tally.skipped;
  }
  return total;
}

/** A tally as text: `3 passed, 0 failed, 1 skipped`. */
export function describe(tally: Tally): string {
  return `${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`;
}
