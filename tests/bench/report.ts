import type { Failover, Footprint, SharedBudget, SharedCache, Spread, Work } from "./results.ts";

/** One job for the terminal, a line for each lane. */
export function describeWork({ id, unit, costs }: Work): string {
  const lines = Object.entries(costs).map(([lane, { micros, ratio, delayMs }]) => {
    const against = lane === "none" ? "" : `  ${withSpread(ratio, 2)}×`;
    const late = delayMs ? `  ${delayMs.median.toFixed(2)} ms late` : "";
    return `  ${lane.padEnd(20)} ${withSpread(micros, 1)} µs${against}${late}`;
  });
  return [`${id}, per ${unit}`, ...lines].join("\n");
}

/** The footprint as lines for the terminal. */
export function describeFootprint({ readySeconds, residentMegabytes, moduleBytes }: Footprint): string {
  const ready = Object.entries(readySeconds).map(([filter, seconds]) => `${filter} ${withSpread(seconds, 2)} s`);
  const memory = Object.entries(residentMegabytes).map(
    ([filter, sizes]) =>
      `${filter} ${Object.entries(sizes)
        .map(([streams, size]) => `${streams}: ${size.toFixed(0)}`)
        .join(", ")}`,
  );
  return [
    `module       ${(moduleBytes / 1000).toFixed(1)} KB`,
    `ready        ${ready.join("; ")}`,
    `memory (MB by idle streams) ${memory.join("; ")}`,
  ].join("\n");
}

/** What `fallback` costs, as lines for the terminal. */
export function describeFailover({ armed, firstToken }: Failover): string {
  return [
    "fallback in examples/model-failover",
    ...armed.map(
      ({ title, unit, micros, ratio }) =>
        `  ${title}: ${withSpread(micros, 1)} µs per ${unit} without, ${withSpread(ratio, 2)}× with`,
    ),
    ...firstToken.map(
      ({ title, directMs, addedMs }) =>
        `  first token, ${title}: ${withSpread(directMs, 2)} ms direct, +${withSpread(addedMs, 2)} ms`,
    ),
  ].join("\n");
}

/** What a budget costs in Envoy and in Redis, as lines for the terminal. */
export function describeSharedBudget({ timeMs, addedMs, perSecond, busy }: SharedBudget): string {
  return [
    "ai-token-ratelimit, chat of 1 KB",
    ...(["none", "local", "redis"] as const).map((store) => {
      const time = `${withSpread(timeMs[store], 2)} ms`;
      return `  ${store.padEnd(6)} ${time}; ${withSpread(perSecond[store], 0)} per second, ${withSpread(busy[store], 2)} of Envoy's core`;
    }),
    `  redis adds ${withSpread(addedMs, 2)} ms to local`,
  ].join("\n");
}

/** Describes hits of ai-cache. */
export function describeSharedCache({ timeMs, addedMs, micros, ratio }: SharedCache): string {
  return [
    "hit of ai-cache, chat of 1 KB",
    ...(["none", "memory", "redis"] as const).map((lane) => {
      const cpu = `${withSpread(micros[lane], 1)} µs, ${withSpread(ratio[lane], 2)} ×`;
      return `  ${lane.padEnd(6)} ${withSpread(timeMs[lane], 2)} ms; ${cpu}`;
    }),
    `  adds ${withSpread(addedMs.memory, 2)} ms from memory, ${withSpread(addedMs.redis, 2)} ms from redis`,
  ].join("\n");
}

/** `1.42 (1.38–1.47)`: the median, and the least and the most. */
export function withSpread({ median, least, most }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
}
