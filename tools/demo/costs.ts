import type { EnvoyProcess } from "../../tests/harness/envoy-process.ts";
import { show } from "./show.ts";
import type { Stage } from "./stage.ts";

/** What a consumer has spent for a model. */
interface Row {
  requests: number;
  input: number;
  output: number;
  /** In 10^-9 of the currency. */
  cost: number;
}

/** The metrics of ai-statistics, by the column that they are. */
const COLUMNS: [metric: string, column: keyof Row][] = [
  ["ai_statistics_requests_total", "requests"],
  ["gen_ai_client_inference_usage_input_tokens", "input"],
  ["gen_ai_client_inference_usage_output_tokens", "output"],
  ["ai_statistics_cost_nano_total", "cost"],
];
const HEADER = ["consumer", "model", "requests", "input", "output", "cost in US dollars"];

/** Shows what the calls of each consumer have cost, by model, from the metrics of ai-statistics. */
export async function showCosts({ envoy }: Stage): Promise<void> {
  const rows = await spending(envoy);
  const lines = [...rows]
    .sort(([, a], [, b]) => b.cost - a.cost)
    .map(([name, { requests, input, output, cost }]) => [
      ...name.split(" "),
      ...[requests, input, output].map(String),
      (cost / 1e9).toFixed(9),
    ]);
  show("what the calls have cost, from Envoy's metrics", [HEADER, ...lines].map(lineOf));
}

async function spending(envoy: EnvoyProcess): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>();
  for (const [metric, column] of COLUMNS) {
    for (const [stat, count] of Object.entries(await envoy.stats(metric))) {
      const name = `${labelOf(stat, "consumer")} ${labelOf(stat, "gen_ai_request_model")}`;
      const row = rows.get(name) ?? { requests: 0, input: 0, output: 0, cost: 0 };
      row[column] += count;
      rows.set(name, row);
    }
  }
  return rows;
}

const labelOf = (stat: string, label: string): string =>
  new RegExp(`\\[${label}=([^\\]]*)\\]`).exec(stat)?.[1] ?? "none";

const WIDTHS = [12, 14, 10, 8, 8];

const lineOf = (cells: string[]): string =>
  cells
    .map((cell, i) => (i < 2 ? cell.padEnd(WIDTHS[i]) : `${cell.padStart(WIDTHS[i] ?? 0)}  `))
    .join("")
    .trimEnd();
