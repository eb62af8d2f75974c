// SPDX-License-Identifier: Apache-2.0
// make prices FILE=table.csv: prints a table of prices as the option `prices` of ai-token-ratelimit.
import { readFileSync } from "node:fs";
import { readCsv } from "./csv.ts";
import { pricesOption } from "./table.ts";

const file = process.argv[2] || "examples/prices/models-2026-07.csv";
try {
  process.stdout.write(pricesOption(readCsv(readFileSync(file, "utf8"))));
} catch (error) {
  for (const line of (error as Error).message.split("\n")) process.stderr.write(`${file}: ${line}\n`);
  process.exitCode = 1;
}
