import { relative } from "node:path";
import { run } from "node:test";
import { inspect } from "node:util";
import { root } from "./plugins.ts";
import type { Progress } from "./progress.ts";
import { emptyTally, type Tally } from "./tally.ts";

/** No test file may take longer; one that hangs is a failure, not a stuck run. */
const FILE_TIMEOUT_MS = 10 * 60_000;

/**
 * Runs test files with Node's own runner, prints failures in full and skips with their reason, and counts. A timer, not
 * the end of a test, updates the progress: one test may take long.
 */
export async function runNodeTests(files: string[], concurrency: number, progress: Progress): Promise<Tally> {
  const tally = emptyTally();
  const open = new Map<string, string[]>();
  const timer = setInterval(() => progress.update(tally, open.size), 1000);
  try {
    await count(files, concurrency, tally, open);
  } finally {
    clearInterval(timer);
  }
  return tally;
}

async function count(files: string[], concurrency: number, tally: Tally, open: Map<string, string[]>): Promise<void> {
  const pattern = process.env.T;
  const options = { files, concurrency, timeout: FILE_TIMEOUT_MS, ...(pattern ? { testNamePatterns: pattern } : {}) };
  for await (const event of run(options)) {
    if (event.type === "test:stderr") process.stderr.write(event.data.message);
    else if (event.type === "test:start") opened(open, event.data);
    else if (event.type === "test:pass" || event.type === "test:fail") {
      if (event.data.details.type === "suite" && event.type === "test:pass") continue;
      const title = titleOf(open, event.data);
      const skipped = event.data.skip ?? event.data.todo;
      if (skipped !== undefined && skipped !== false) {
        // A pattern of test names marks all the others as skipped: nobody wants to read them.
        if (pattern && skipped === "test name does not match pattern") continue;
        tally.skipped++;
        console.log(`  skipped  ${title}${typeof skipped === "string" ? `: ${skipped}` : ""}`);
      } else if (event.type === "test:pass") {
        tally.passed++;
      } else if (!isOnlyOfChildren(event.data.details.error)) {
        tally.failed++;
        const error = event.data.details.error;
        console.log(`  FAILED   ${title}\n${indent(inspect(error.cause ?? error, { depth: 8 }))}`);
      }
    }
  }
}

/** Where a test stands: the runner tells of each only its name and how deep it is. */
interface Place {
  name: string;
  nesting: number;
  file?: string;
}

function opened(open: Map<string, string[]>, { name, nesting, file = "" }: Place): void {
  open.set(file, [...(open.get(file) ?? []).slice(0, nesting), name]);
}

function titleOf(open: Map<string, string[]>, { name, nesting, file = "" }: Place): string {
  const above = (open.get(file) ?? []).slice(0, nesting);
  return [file && relative(root, file), ...above, name].filter(Boolean).join(" › ");
}

/** A suite fails when a test in it does, which is reported by itself; a suite that fails alone is reported here. */
const isOnlyOfChildren = (error: Error & { failureType?: string }): boolean => error.failureType === "subtestsFailed";

const indent = (text: string): string => text.replace(/^/gm, "    ");
