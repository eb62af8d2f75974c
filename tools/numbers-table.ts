import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type {
  Cost,
  Failover,
  Footprint,
  Results,
  SharedBudget,
  SharedCache,
  Spread,
  Work,
} from "../tests/bench/results.ts";
import { root } from "./plugins.ts";

/** The file that `make bench` writes. */
const RESULTS = "tests/bench/results/latest.json";

/** The lanes of the work, and their column titles. */
const COLUMNS: Record<string, string> = {
  noop: "the kernel alone",
  "host calls": "the plugin's host calls alone",
  plugin: "the plugin",
  "routes not asked": "with `_route_metadata_: false`",
  Lua: "the same in Lua",
};

/** The work whose rows the README shows: one for each kind. */
const SHORT = [
  ...["chat-1k", "chat-100k", "chain-1k", "qwen-1k", "messages-1k", "claude-1k", "gemini-1k", "stream", "qwen-stream"],
  ...[
    "messages-stream",
    "claude-stream",
    "tokens-1k",
    "statistics-1k",
    "cache-hit",
    "masking-1k",
    "key-auth",
    "route-1k",
  ],
];
/** Their columns. */
const SHORT_COLUMNS = Object.fromEntries(Object.entries(COLUMNS).slice(0, 3));
const UNMEASURED = "Not measured yet: `make bench`.";

/** Writes the measured numbers that the README shows as Markdown, or a sentence if there are none. */
export function shortNumbersTable(): string {
  const results = readResults();
  if (!results) return UNMEASURED;
  const work = results.work.filter(({ id }) => SHORT.includes(id));
  return [
    ...introduction(results),
    ...workTable(
      work.map((done) => ({ ...done, costs: mainCosts(done.costs) })),
      SHORT_COLUMNS,
    ),
    ...footprintTable(results.footprint),
  ].join("\n");
}

/** Writes all measured numbers as Markdown, or a sentence if there are none. */
export function numbersTable(): string {
  const results = readResults();
  if (!results) return UNMEASURED;
  return [
    ...introduction(results),
    ...workTable(results.work, COLUMNS),
    ...footprintTable(results.footprint),
    ...(results.failover ? failoverRows(results.failover) : []),
    ...(results.sharedBudget ? sharedBudgetRows(results.sharedBudget) : []),
    ...(results.sharedCache ? sharedCacheRows(results.sharedCache) : []),
  ].join("\n");
}

function readResults(): Results | undefined {
  if (!existsSync(join(root, RESULTS))) return undefined;
  return JSON.parse(readFileSync(join(root, RESULTS), "utf8")) as Results;
}

function introduction({ date, machine, envoy, rounds, pinned }: Results): string[] {
  const where = pinned ? "Envoy with one worker on a core of its own" : "Envoy with one worker";
  return [
    `Envoy's own CPU time, ${date}, Envoy ${envoy}, ${machine}, ${where}; the median of ${rounds} rounds with the least`,
    "and the most. Every round measures every lane, and the factor is taken round by round.",
    "",
  ];
}

/** The costs without the lanes that have no column. */
const mainCosts = (costs: Work["costs"]): Work["costs"] =>
  Object.fromEntries(Object.entries(costs).filter(([lane]) => lane === "none" || lane in COLUMNS));

function workTable(work: Work[], columns: Record<string, string>): string[] {
  return [
    `| work | no filter | ${Object.values(columns).join(" | ")} |`,
    `|---|---|${"---|".repeat(Object.keys(columns).length)}`,
    ...work.flatMap((done) => workRows(done, Object.keys(columns))),
    "",
  ];
}

function footprintTable(footprint: Footprint): string[] {
  return ["| | no filter | ai-proxy |", "|---|---|---|", ...footprintRows(footprint)];
}

/** A row with the lanes that have a column, and one more row for each other lane. */
function workRows({ title, unit, costs }: Work, columns: string[]): string[] {
  const base = `${spread(costs.none.micros, 1)} µs per ${unit}`;
  const row = (what: string, cells: (string | undefined)[]): string =>
    `| ${[what, base, ...cells.map((cell) => cell ?? "")].join(" | ")} |`;
  const others = Object.keys(costs).filter((lane) => lane !== "none" && !(lane in COLUMNS));
  return [
    row(
      title,
      columns.map((lane) => costs[lane] && factor(costs[lane])),
    ),
    ...others.map((other) =>
      row(
        `${title}, ${other}`,
        columns.map((lane) => (lane === "plugin" ? factor(costs[other]) : undefined)),
      ),
    ),
  ];
}

const factor = ({ ratio }: Cost): string => `${spread(ratio, 2)} ×`;

function footprintRows({ moduleBytes, readySeconds, residentMegabytes }: Footprint): string[] {
  const counts = Object.keys(residentMegabytes.none);
  return [
    `| size of the module | – | ${(moduleBytes / 1000).toFixed(0)} KB |`,
    `| time until Envoy is ready | ${spread(readySeconds.none, 2)} s | ${spread(readySeconds["ai-proxy"], 2)} s |`,
    ...counts.map((count) => {
      const size = (filter: string): string => `${residentMegabytes[filter][count].toFixed(0)} MB`;
      return `| memory with ${count === "0" ? "no" : count} idle streams | ${size("none")} | ${size("ai-proxy")} |`;
    }),
  ];
}

function failoverRows({ armed, firstToken }: Failover): string[] {
  const rows = armed.map(({ title, unit, micros, ratio }) => {
    return `| ${title}, no fallback needed | ${spread(micros, 1)} µs per ${unit} | ${spread(ratio, 2)} × |`;
  });
  const times = firstToken.map(({ title, directMs, addedMs }) => {
    return `| first token, ${title} | ${spread(directMs, 2)} ms, called directly | + ${spread(addedMs, 2)} ms |`;
  });
  return [
    "",
    "Through the chain of [examples/model-failover](../examples/model-failover/README.md); the times to the first token are the median of 200 calls with the",
    "10th and the 90th percentile.",
    "",
    "| | without fallback | with fallback |",
    "|---|---|---|",
    ...rows,
    ...times,
  ];
}

function sharedBudgetRows({ timeMs, addedMs, perSecond, busy }: SharedBudget): string[] {
  const cells = (values: SharedBudget["timeMs"], digits: number): string =>
    [values.none, values.local, values.redis].map((value) => spread(value, digits)).join(" | ");
  return [
    "",
    "ai-token-ratelimit with its counters in Envoy and in a Valkey on the same machine; the times are the median of 400 chats of 1 KB, one at a time,",
    "with the 10th and the 90th percentile. Where less than the whole core of Envoy is used, the sender or Valkey is the limit: they share the other one.",
    "",
    "| | no filter | counters in Envoy | counters in Redis |",
    "|---|---|---|---|",
    `| time of a chat in ms | ${cells(timeMs, 2)} |`,
    `| what Redis adds to the counters in Envoy, in ms | | | ${spread(addedMs, 2)} |`,
    `| chats per second of one worker | ${cells(perSecond, 0)} |`,
    `| part of Envoy's core that they use | ${cells(busy, 2)} |`,
  ];
}

function sharedCacheRows({ timeMs, addedMs, micros, ratio }: SharedCache): string[] {
  const times = [timeMs.none, timeMs.memory, timeMs.redis].map((value) => spread(value, 2)).join(" | ");
  const cpu = [ratio.memory, ratio.redis].map((value) => `${spread(value, 2)} ×`).join(" | ");
  return [
    "",
    "A hit of ai-cache with its responses in Envoy and in a Valkey on the same machine, beside a response of 1 KB that Envoy itself sends; the times are the",
    "median of 400 requests, one at a time, with the 10th and the 90th percentile.",
    "",
    "| | Envoy itself | from Envoy's memory | from Redis |",
    "|---|---|---|---|",
    `| time of a request in ms | ${times} |`,
    `| what the plugin adds, in ms | | ${spread(addedMs.memory, 2)} | ${spread(addedMs.redis, 2)} |`,
    `| Envoy's CPU time | ${spread(micros.none, 1)} µs | ${cpu} |`,
  ];
}

const spread = ({ median, least, most }: Spread, digits: number): string =>
  `${median.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
