import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Results } from "../tests/bench/results.ts";
import { root } from "./plugins.ts";

/** Where `make bench` leaves what it measured. */
const RESULTS = "tests/bench/results/latest.json";

/** Writes the measured numbers as Markdown; says so where nothing was measured yet. */
export function numbersTable(): string {
  if (!existsSync(join(root, RESULTS))) return "Not measured yet: `make bench`.";
  const results = JSON.parse(readFileSync(join(root, RESULTS), "utf8")) as Results;
  return results.date;
}
