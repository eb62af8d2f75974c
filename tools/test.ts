import { fork, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findAgents } from "../tests/agents/agent.ts";
import { findChromium } from "../tests/browser/chromium.ts";
import { findPrometheus } from "../tests/harness/prometheus.ts";
import { filesIn } from "./files.ts";
import type { Check } from "./lint/check.ts";
import { envoyFiles } from "./lint/envoy-files.ts";
import { checks } from "./lint/index.ts";
import { runNodeTests } from "./node-tests.ts";
import { root } from "./plugins.ts";
import { envoyOf, oldestVersion } from "./other-envoy.ts";
import { Progress } from "./progress.ts";
import { describe, emptyTally, sum, type Tally } from "./tally.ts";
import { runUnitSpecs } from "./unit-specs.ts";

/** A group of tests that `make` can run alone. */
interface Ring {
  name: string;
  /** Folders of tests/ whose `*.test.ts` belong to the ring. */
  folders: string[];
  /** The number of test files that may run at the same time: more than two where they wait for Envoy. */
  concurrency: number;
  /** What the ring runs besides test files. */
  beside?: () => Tally | Promise<Tally>;
  /** Which test files of the folders the ring has; all if absent. */
  files?: RegExp;
  /** The version of Envoy that the ring runs; absent: the one that `findEnvoy` finds. */
  envoy?: () => string;
  /** Says what the machine lacks; the ring is then skipped. */
  lacks?: () => string | undefined;
}

/**
 * What runs on the oldest Envoy too: the cases of all plugins, and the tests of what plugins need of Envoy's host: routes chosen
 * again, retries and internal redirects, both chains, held headers, local replies, the end of streams, Redis. The other tests are of the
 * plugins themselves. A test that needs a newer Envoy says why it is skipped.
 */
const ON_OLDEST = new RegExp(
  "/(ai-quota|attempts|cases|both-places|cluster-key-rate-limit|event-stream|fallback(-.*)?|held-.*|key-auth-redirect|keys|" +
    "local-replies|model-router-chain|per-route|redis|store-down|stream-end|vm-death)\\.test\\.ts$",
);

const RINGS: Ring[] = [
  { name: "unit", folders: ["unit"], concurrency: 2, beside: runUnitSpecs },
  { name: "host", folders: ["host", "harness"], concurrency: 2 },
  { name: "envoy", folders: ["envoy"], concurrency: 3 },
  { name: "oldest", folders: ["envoy"], concurrency: 3, files: ON_OLDEST, envoy: oldestVersion, beside: validateFiles },
  { name: "clients", folders: ["clients", "providers", "fixtures"], concurrency: 3 },
  { name: "agents", folders: ["agents"], concurrency: 1, lacks: () => findAgents().missing },
  { name: "browser", folders: ["browser"], concurrency: 1, lacks: () => findChromium().missing },
  { name: "prometheus", folders: ["prometheus"], concurrency: 1, lacks: () => findPrometheus().missing },
  { name: "lint", folders: ["tools"], concurrency: 1, beside: () => runChecks(checks) },
];

/**
 * The rings of a whole run, in lanes that run at the same time: the first one computes, the second one waits for Envoy and for clients
 * half of its time. Within a lane, one ring follows the other.
 */
const LANES = [
  ["unit", "host", "lint"],
  ["envoy", "oldest", "clients", "agents", "browser", "prometheus"],
];

/** The Envoy of the ring accepts the shipped files; not if `T` selects other tests. */
function validateFiles(): Promise<Tally> {
  return runChecks(process.env.T ? [] : [envoyFiles]);
}

async function runChecks(checks: Check[]): Promise<Tally> {
  const tally = emptyTally();
  for (const check of checks) {
    const faults = await faultsOf(check);
    if (faults.length === 0) tally.passed++;
    else {
      tally.failed++;
      console.log(`  FAILED   ${check.name}\n${faults.map((fault) => `    ${fault}`).join("\n")}`);
    }
  }
  return tally;
}

async function faultsOf(check: Check): Promise<string[]> {
  try {
    return await check.run();
  } catch (error) {
    return [(error as Error).message];
  }
}

function runBuild(): Tally {
  const { status } = spawnSync(process.execPath, ["--import", "tsx", "tools/build.ts"], {
    cwd: root,
    stdio: "inherit",
  });
  return { ...emptyTally(), ...(status === 0 ? { passed: 1 } : { failed: 1 }) };
}

/** Runs a lane in a process of its own, since the Envoy of a ring is in its environment. */
function runLane(names: string[]): Promise<Tally> {
  let tally: Tally | undefined;
  return new Promise((resolve) =>
    fork(import.meta.filename, names, { cwd: root })
      .on("message", (message) => (tally = message as Tally))
      .on("close", (status, signal) => {
        if (!tally) console.log(`  FAILED   the rings ${names.join(", ")} ended with ${signal ?? status}`);
        resolve(tally ?? { ...emptyTally(), failed: 1 });
      }),
  );
}

async function runRing(ring: Ring, progress: Progress): Promise<Tally> {
  const lack = ring.lacks?.();
  if (lack) {
    console.log(`  skipped  the ring ${ring.name}: ${lack}`);
    return { ...emptyTally(), skipped: 1 };
  }
  if (!ring.envoy) return runFiles(ring, progress);
  const before = process.env.ENVOY_PATH;
  process.env.ENVOY_PATH = envoyOf(ring.envoy());
  try {
    return await runFiles(ring, progress);
  } finally {
    if (before === undefined) delete process.env.ENVOY_PATH;
    else process.env.ENVOY_PATH = before;
  }
}

async function runFiles(ring: Ring, progress: Progress): Promise<Tally> {
  const files = filesOf(ring).filter(mayMatch);
  progress.begin(files.length);
  const tallies = await Promise.all([
    ring.beside?.(),
    files.length > 0 && runNodeTests(files, ring.concurrency, progress),
  ]);
  const tally = sum(tallies.filter((part): part is Tally => Boolean(part)));
  if (tally.passed + tally.failed + tally.skipped === 0 && !process.env.T) {
    console.log(`  FAILED   the ring has no tests: nothing matches tests/{${ring.folders}}/**/*.test.ts`);
    tally.failed = 1;
  }
  return tally;
}

const filesOf = ({ folders, files }: Ring): string[] =>
  folders.flatMap((folder) => filesIn(`tests/${folder}`, ".test.ts")).filter((file) => !files || files.test(file));

/** The title of a test or a suite, in quotes of either kind. */
const TITLE = /\b(?:test|it|describe)(?:\.\w+)?\(\s*(["'`])((?:\\.|(?!\1).)*)\1/g;

/**
 * Whether a file can have a test that `T` matches: by the titles, or by anything in the file if it makes titles when it runs. The
 * case tests select their cases themselves.
 */
function mayMatch(file: string): boolean {
  if (!process.env.T || file.endsWith("/cases.test.ts")) return true;
  const pattern = new RegExp(process.env.T);
  const text = readFileSync(join(root, file), "utf8");
  const titles = [...text.matchAll(TITLE)].map((match) => match[2]);
  const isMade = titles.some((title) => title.includes("${")) || /\b(?:test|it)\(\s*[^"'`\s)]/.test(text);
  return titles.some((title) => pattern.test(title)) || (isMade && pattern.test(text));
}

/** Test files that are in no ring would never run, nor would rings that are in no lane. */
function checkStrays(): Tally {
  const folders = RINGS.flatMap((ring) => ring.folders);
  const strays = filesIn("tests", ".test.ts").filter((file) => !folders.includes(file.split("/")[1]));
  for (const file of strays) console.log(`  FAILED   ${file} belongs to no ring`);
  for (const { name } of RINGS.filter(({ name }) => LANES.flat().filter((other) => other === name).length !== 1)) {
    console.log(`  FAILED   the ring ${name} is not in one lane`);
    strays.push(name);
  }
  return { ...emptyTally(), failed: strays.length };
}

if (process.env.ENVOY) process.env.ENVOY_PATH = envoyOf(process.env.ENVOY);
const names = process.argv.slice(2);
const unknown = names.filter((name) => !RINGS.some((ring) => ring.name === name));
if (unknown.length > 0) {
  console.error(`test: no ring ${unknown.join(", ")}; there is ${RINGS.map((ring) => ring.name).join(", ")}`);
  process.exit(2);
}
if (names.length === 0) {
  const progress = new Progress("build");
  const built = runBuild();
  progress.end(built);
  const lanes = await Promise.all(LANES.map(runLane));
  finish(sum([built, checkStrays(), ...lanes]));
} else {
  const tallies: Tally[] = [];
  for (const ring of RINGS.filter(({ name }) => names.includes(name))) {
    const progress = new Progress(ring.name);
    const tally = await runRing(ring, progress);
    progress.end(tally);
    tallies.push(tally);
  }
  finish(sum(tallies));
}

/** Prints the last line; a lane tells it to the process that runs all of them. */
function finish(total: Tally): void {
  const exit = () => process.exit(total.failed > 0 ? 1 : 0);
  if (process.send) process.send(total, exit);
  else {
    console.log(describe(total));
    exit();
  }
}
