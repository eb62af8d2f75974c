/** The most errors, and the most warnings, that are reported, one line each. */
const MOST_LINES = 100;

/** The errors and warnings of a configuration, each with its JSON path and without values. */
export class ConfigReport {
  /** The errors, one line each. */
  readonly errors: string[] = [];
  /** The warnings, one line each. */
  readonly warnings: string[] = [];

  /** Whether the configuration is refused. */
  get failed(): bool {
    return this.errors.length > 0;
  }

  /** Adds an error, once; the first hundred are kept. */
  fail(line: string): void {
    if (this.errors.length < MOST_LINES && !this.errors.includes(line)) this.errors.push(line);
  }

  /** Adds a warning; the first hundred are kept. */
  warn(line: string): void {
    if (this.warnings.length < MOST_LINES) this.warnings.push(line);
  }
}
