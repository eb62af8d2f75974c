import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { compile } from "../../tools/compile.ts";
import { findEnvoy } from "../harness/find-envoy.ts";
import { measureFootprint } from "./footprint.ts";
import { NOOP_WASM, OTHER_CORE, startLanes, type FilterName, type Lane } from "./gateway.ts";
import { measure, type Round } from "./measure.ts";
import { pin } from "./process-cost.ts";
import { spreadOf, type Cost, type Footprint, type Results, type Work } from "./results.ts";
import { describeFootprint, describeWork } from "./report.ts";
import { serveRaw } from "./upstream.ts";
import { JOBS, type Job } from "./work.ts";

const FILTERS: FilterName[] = ["none", "noop", "ai-proxy"];
const ROUNDS = Number(process.env.ROUNDS || 5);

/** Measures one job: in each round every filter once, so that what disturbs the machine disturbs them alike. */
async function measureWork(job: Job): Promise<Work> {
  const upstream = await serveRaw(job.answer);
  const lanes = FILTERS.map((filter): Lane => ({
    name: filter,
    filter,
    provider: job.provider,
    upstreamPort: upstream.port,
  }));
  const envoy = await startLanes(lanes);
  try {
    const rounds = new Map<FilterName, Round[]>(FILTERS.map((filter) => [filter, []]));
    // The first run warms connections, V8 and this client; it does not count.
    for (const filter of FILTERS) await measure(job, envoy.listenerPorts[filter], envoy.pid, job.requests / 2);
    for (let round = 0; round < ROUNDS; round++) {
      for (const filter of FILTERS) {
        rounds.get(filter)?.push(await measure(job, envoy.listenerPorts[filter], envoy.pid, job.requests));
      }
    }
    const none = rounds.get("none") ?? [];
    const costs = Object.fromEntries([...rounds].map(([filter, list]) => [filter, costOf(list, none)]));
    return { id: job.id, title: job.title, unit: job.events > 0 ? "event" : "request", costs };
  } finally {
    await envoy.stop();
    await upstream.close();
  }
}

function costOf(rounds: Round[], none: Round[]): Cost {
  return {
    micros: spreadOf(rounds.map(({ micros }) => micros)),
    ratio: spreadOf(rounds.map(({ micros }, index) => micros / none[index].micros)),
    ...(rounds[0].delayMs > 0 ? { delayMs: spreadOf(rounds.map(({ delayMs }) => delayMs)) } : {}),
  };
}

async function run(): Promise<void> {
  const only = process.env.ONLY;
  const jobs = JOBS.filter(({ id }) => !only || id === only);
  if (jobs.length === 0 && only !== "footprint") {
    throw new Error(`ONLY=${only} is not known: ${JOBS.map(({ id }) => id).join(", ")}, footprint`);
  }
  await compile({ entry: "tests/bench/noop/index.ts", out: NOOP_WASM });
  const pinned = pin(process.pid, OTHER_CORE);
  const work: Work[] = [];
  for (const job of jobs) {
    work.push(await measureWork(job));
    console.log(describeWork(work[work.length - 1]));
  }
  if (only && only !== "footprint") return;
  const footprint: Footprint = await measureFootprint(JOBS[JOBS.length - 1].provider, ROUNDS);
  console.log(describeFootprint(footprint));
  if (only) return;

  const results: Results = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} cores, ${cpus()[0].model}`,
    envoy: findEnvoy().version,
    rounds: ROUNDS,
    pinned,
    work,
    footprint,
  };
  const folder = join(resolve(import.meta.dirname), "results");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "latest.json"), `${JSON.stringify(results, null, 2)}\n`);
  console.log('wrote tests/bench/results/latest.json; "make docs" puts it into README.md');
}

try {
  await run();
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  process.exitCode = 1;
}
process.exit();
