import { relative } from "node:path";
import { run } from "node:test";
import { inspect } from "node:util";
import { root } from "./plugins.ts";
import type { Progress } from "./progress.ts";
import { emptyTally, type Tally } from "./tally.ts";

/** The time limit of a test file; a file that hangs fails, and does not block the run. */
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
      const skipped = event.data.skip ?? event.data.todo;
      // A suite counts only if it is skipped as a whole: then no test in it is reported.
      if (event.data.details.type === "suite" && event.type === "test:pass" && !skipped) continue;
      const title = titleOf(open, event.data);
      if (skipped !== undefined && skipped !== false) {
        // A pattern of test names marks all other tests as skipped: do not list them.
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

/** The place of a test: the runner reports only its name and its depth. */
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

/** A suite fails if one of its tests fails, which is reported separately; a suite that fails alone is reported here. */
const isOnlyOfChildren = (error: Error & { failureType?: string }): boolean => error.failureType === "subtestsFailed";

const indent = (text: string): string => text.replace(/^/gm, "    ");
