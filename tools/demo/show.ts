const TELLING = ["authorization", "content-type", "x-dashscope-sse", "accept", "x-mse-consumer"];

/** The headers that describe what the gateway did, one per line. */
export const tellingHeaders = (headers: [string, string][]): string[] =>
  headers.filter(([name]) => TELLING.includes(name)).map(([name, value]) => `${name}: ${value}`);

/** The first events, the last events, and the number of events between them. */
export function shortened(events: string[]): string[] {
  if (events.length <= 5) return events;
  return [...events.slice(0, 2), `… ${events.length - 4} more …`, ...events.slice(-2)];
}

/** Prints lines below a title. */
export function show(title: string, lines: string[]): void {
  console.log(`\n── ${title} ${"─".repeat(Math.max(0, 60 - title.length))}\n${lines.join("\n")}`);
}
