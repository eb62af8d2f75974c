/** One check of `make lint`. */
export interface Check {
  /** What is true if the check finds nothing, in a few words. */
  name: string;
  /** Returns one line per error, with its file and line; an empty list if there are none. */
  run(): string[] | Promise<string[]>;
}
