/** One thing that `make lint` proves of the sources. */
export interface Check {
  /** What holds when the check finds nothing, in a few words. */
  name: string;
  /** Gives one line a fault, with its place; none when all is well. */
  run(): string[] | Promise<string[]>;
}
