import { spawnSync } from "node:child_process";
import { root } from "./plugins.ts";
import { emptyTally, type Tally } from "./tally.ts";

/** Runs the AssemblyScript specs of tests/unit under as-pect, prints what it says of failures, and counts. */
export function runUnitSpecs(): Tally {
  const tally = emptyTally();
  const configuration = ["--config", "tests/unit/as-pect.config.js", "--as-config", "tests/unit/as-pect.asconfig.json"];
  const filter = process.env.T ? ["--test", process.env.T] : [];
  // Without tsx, which takes seconds to rewrite the compiler's sources.
  const result = spawnSync(
    process.execPath,
    ["node_modules/@as-pect/cli/bin/asp.js", ...configuration, ...filter, "--summary"],
    { cwd: root, encoding: "utf8", env: { ...process.env, FORCE_COLOR: "0", NODE_OPTIONS: "" }, maxBuffer: 1 << 28 },
  );
  // One line a file: "✔ tests/unit/json/reader.spec.ts Pass: 12 / 12 Todo: 0 Time: 3.2ms"
  for (const [, passed, total, todo] of result.stdout.matchAll(/ Pass: (\d+) \/ (\d+) Todo: (\d+) /g)) {
    tally.passed += Number(passed);
    tally.failed += Number(total) - Number(passed);
    tally.skipped += Number(todo);
  }
  // as-pect stops at the first file that does not compile, which no line counts.
  if (result.status !== 0 && tally.failed === 0) tally.failed = 1;
  if (tally.failed > 0) {
    const report = result.stdout.slice(result.stdout.indexOf("ASC Version"));
    process.stdout.write(`${report.trimEnd()}\n${result.stderr}\n`);
  }
  return tally;
}
