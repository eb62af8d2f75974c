let lastError = "";

/** Why the last pattern that was refused was refused: the pattern, the offset in characters, and the reason. */
export function patternError(): string {
  return lastError;
}

/** Notes why a pattern is refused. */
export function failedWith(error: string): void {
  lastError = error;
}
