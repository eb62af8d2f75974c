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
}
