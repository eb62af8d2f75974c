import { describe, type Tally } from "./tally.ts";

/** The time between two lines of a ring that runs, in milliseconds. */
const INTERVAL_MS = 15_000;

/** Tells a person that a ring is alive: a line when it begins, and one every 15 seconds until it ends. */
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

  /** The ring begins to run so many test files. */
  begin(files: number): void {
    this.print(`${this.name.padEnd(8)} ${files} ${files === 1 ? "file" : "files"}`);
  }

  /** Prints the counts so far if the last line is 15 seconds old. `begunFiles` are those of which a test has run. */
  update(tally: Tally, begunFiles: number): void {
    const now = this.nowMs();
    if (now - this.lastMs < INTERVAL_MS) return;
    this.lastMs = now;
    this.print(`  ${this.name}: ${describe(tally)}, ${begunFiles} files begun, ${this.elapsed()} s`);
  }

  /** The line of a ring that has ended. */
  end(tally: Tally): void {
    this.print(`${this.name.padEnd(8)} ${describe(tally)}  (${this.elapsed(1)} s)`);
  }

  private elapsed(digits = 0): string {
    return ((this.nowMs() - this.startedMs) / 1000).toFixed(digits);
  }
}
