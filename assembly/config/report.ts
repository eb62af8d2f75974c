/** Of so many errors, and of so many warnings, each gets a line. */
const MOST_LINES = 100;

/** What was found while a configuration was read: every error and warning, each with its path, none with a value. */
export class ConfigReport {
  /** Why the configuration is refused, a line each. */
  readonly errors: string[] = [];
  /** What an operator should look at, a line each. */
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
