import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { root } from "./plugins.ts";
import { emptyTally, type Tally } from "./tally.ts";

/**
 * Runs the AssemblyScript specs of tests/unit with as-pect, prints its output for failures, and counts. It runs all of them
 * for any T: as-pect reports a file as failed if a filter leaves no test in it.
 */
export async function runUnitSpecs(): Promise<Tally> {
  const tally = emptyTally();
  const configuration = ["--config", "tests/unit/as-pect.config.js", "--as-config", "tests/unit/as-pect.asconfig.json"];
  // Without tsx, which takes seconds to rewrite the compiler's sources.
  const arguments_ = ["node_modules/@as-pect/cli/bin/asp.js", ...configuration, "--summary"];
  const result = await promisify(execFile)(process.execPath, arguments_, {
    cwd: root,
    env: { ...process.env, FORCE_COLOR: "0", NODE_OPTIONS: "" },
    maxBuffer: 1 << 28,
  }).then(
    (out) => ({ ...out, hasFailed: false }),
    (error: { stdout: string; stderr: string }) => ({ ...error, hasFailed: true }),
  );
  // as-pect reports on standard error.
  const output = result.stdout + result.stderr;
  // One line per file, with or without colors: "✔ tests/unit/json/reader.spec.ts Pass: 12 / 12 Todo: 0 Time: 3.2ms"
  for (const [, passed, total, todo] of output.matchAll(/Pass: (\d+) \/ (\d+) Todo: (\d+) /g)) {
    tally.passed += Number(passed);
    tally.failed += Number(total) - Number(passed);
    tally.skipped += Number(todo);
  }
  // as-pect stops at the first file that does not compile; no line counts it.
  if (result.hasFailed && tally.failed === 0) tally.failed = 1;
  if (tally.failed > 0) {
    process.stdout.write(`${output.slice(output.indexOf("ASC Version")).trimEnd()}\n`);
  }
  return tally;
}
