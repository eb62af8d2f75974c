import { describe, type Tally } from "./tally.ts";

/** The time between two lines of a running ring, in milliseconds. */
const INTERVAL_MS = 15_000;

/** Prints the progress of a ring: a line at its start, and one every 15 seconds until it ends. */
export class Progress {
  private readonly startedMs: number;
  private lastMs: number;

  constructor(
    private readonly name: string,
    private readonly print: (line: string) => void = console.log,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.startedMs = this.lastMs = nowMs();
  }

  /** Reports that the ring starts this number of test files. */
  begin(files: number): void {
    this.print(`${this.name.padEnd(8)} ${files} ${files === 1 ? "file" : "files"}`);
  }

  /** Prints the counts so far if the last line is 15 seconds old. `begunFiles` are the files of which a test has run. */
  update(tally: Tally, begunFiles: number): void {
    const now = this.nowMs();
    if (now - this.lastMs < INTERVAL_MS) return;
    this.lastMs = now;
    this.print(`  ${this.name}: ${describe(tally)}, ${begunFiles} files begun, ${this.elapsed()} s`);
  }

  /** The last line of a ring. */
  end(tally: Tally): void {
    this.print(`${this.name.padEnd(8)} ${describe(tally)}  (${this.elapsed(1)} s)`);
  }

  private elapsed(digits = 0): string {
    return ((this.nowMs() - this.startedMs) / 1000).toFixed(digits);
  }
}
