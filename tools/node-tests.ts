import { relative } from "node:path";
import { run } from "node:test";
import { inspect } from "node:util";
import { root } from "./plugins.ts";
import { emptyTally, type Tally } from "./tally.ts";

/** No test file may take longer; one that hangs is a failure, not a stuck run. */
const FILE_TIMEOUT_MS = 10 * 60_000;

/** Runs test files with Node's own runner, prints failures in full and skips with their reason, and counts. */
export async function runNodeTests(files: string[], concurrency: number): Promise<Tally> {
  const tally = emptyTally();
  const pattern = process.env.T;
  const options = { files, concurrency, timeout: FILE_TIMEOUT_MS, ...(pattern ? { testNamePatterns: pattern } : {}) };
  for await (const event of run(options)) {
    if (event.type === "test:stderr") {
      process.stderr.write(event.data.message);
    } else if (event.type === "test:pass" || event.type === "test:fail") {
      const { name, file, line, details, skip, todo } = event.data;
      if (details.type === "suite") continue;
      const place = file ? `${relative(root, file)}${line ? `:${line}` : ""}` : "";
      const skipped = skip ?? todo;
      if (skipped !== undefined && skipped !== false) {
        // A pattern of test names marks all the others as skipped: nobody wants to read them.
        if (pattern && skipped === "test name does not match pattern") continue;
        tally.skipped++;
        console.log(`  skipped  ${place} ${name}${typeof skipped === "string" ? `: ${skipped}` : ""}`);
      } else if (event.type === "test:pass") {
        tally.passed++;
      } else {
        tally.failed++;
        const error = event.data.details.error;
        console.log(`  FAILED   ${place} ${name}\n${indent(inspect(error.cause ?? error, { depth: 8 }))}`);
      }
    }
  }
  return tally;
}

const indent = (text: string): string => text.replace(/^/gm, "    ");
