import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join, resolve } from "node:path";
import { compile } from "../../tools/compile.ts";
import { findEnvoy } from "../harness/find-envoy.ts";
import { Connection } from "./client.ts";
import { measureFailover } from "./failover.ts";
import { measureFootprint } from "./footprint.ts";
import { BARE, bareOf, NOOPS } from "./filters.ts";
import { OTHER_CORE, startLanes, type Lane } from "./gateway.ts";
import { serve } from "./load.ts";
import { costOf, measureOnce, measureRounds, type Round } from "./measure.ts";
import { pin } from "./process-cost.ts";
import { type Footprint, type Results, type Work } from "./results.ts";
import {
  describeFailover,
  describeFootprint,
  describeSharedBudget,
  describeSharedCache,
  describeWork,
} from "./report.ts";
import { measureSharedBudget } from "./shared-budget.ts";
import { measureSharedCache } from "./shared-cache.ts";
import { after, always, serveRaw, type Responder } from "./upstream.ts";
import type { Job } from "./job.ts";
import { JOBS } from "./work.ts";

/** What `ONLY` may name beside the jobs. */
const OTHERS = ["fallback", "footprint", "redis", "cache-redis"];

/** What a run has measured so far: with `RESUME=1` the next one goes on behind it. */
const DONE = resolve(import.meta.dirname, "../.tmp/bench.json");

const ROUNDS = Number(process.env.ROUNDS || 5);

/** Measures one job with each of its filters. */
async function measureWork(job: Job): Promise<Work> {
  const upstream = await serve(job.respond);
  const names = ["none", ...Object.keys(job.filters)];
  const lanes = names.map((name) => ({
    name,
    filters: [job.filters[name] ?? []].flat(),
    upstreamPort: upstream.port,
    routes: job.routes,
    direct: job.direct,
    isUpstream: job.isUpstream,
  }));
  const checker = job.checker ? await serveRaw(responderOf(job.checker)) : null;
  const services = checker ? [{ name: "checker", upstreamPort: checker.port }] : [];
  try {
    const rounds = await measureRounds(names, ROUNDS, () => measureLanes(job, [...lanes, ...services], names));
    const costs = Object.fromEntries(names.map((name) => [name, costOf(rounds[name], rounds.none)]));
    return { id: job.id, title: job.title, unit: job.events > 0 ? "event" : "request", costs };
  } finally {
    await upstream.close();
    await checker?.close();
  }
}

/** One round in an Envoy of its own. */
async function measureLanes(job: Job, lanes: Lane[], names: string[]): Promise<Record<string, Round>> {
  const envoy = await startLanes(lanes);
  try {
    for (const name of job.first ? names : []) {
      const connection = await Connection.open(envoy.listenerPorts[name]);
      await connection.exchange(job.first!);
      connection.close();
    }
    const ports = Object.fromEntries(names.map((name) => [name, envoy.listenerPorts[name]]));
    return await measureOnce(job, ports, envoy.pid);
  } finally {
    await envoy.stop();
  }
}

function responderOf({ contentType, body, delayMs = 0 }: NonNullable<Job["checker"]>): Responder {
  const respond = always(contentType, body);
  return delayMs > 0 ? after(delayMs, respond) : respond;
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));

function writeJson(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}

async function run(): Promise<void> {
  const only = process.env.ONLY;
  const jobs = JOBS.filter(({ id }) => !only || id === only);
  if (only && jobs.length === 0 && !OTHERS.includes(only)) {
    throw new Error(`ONLY=${only} is not known: ${[...JOBS.map(({ id }) => id), ...OTHERS].join(", ")}`);
  }
  for (const [name, out] of Object.entries(NOOPS)) await compile({ entry: `tests/bench/noop/${name}.ts`, out });
  for (const name of BARE) await compile({ entry: `tests/bench/bare/${name}.ts`, out: bareOf(name) });
  const pinned = pin(process.pid, OTHER_CORE);
  const work: Work[] = !only && process.env.RESUME && existsSync(DONE) ? (readJson(DONE) as Work[]) : [];
  for (const job of jobs.filter(({ id }) => !work.some((done) => done.id === id))) {
    work.push(await measureWork(job));
    console.log(describeWork(work[work.length - 1]));
    if (!only) writeJson(DONE, work);
  }
  if (only === "fallback") return console.log(describeFailover(await measureFailover(ROUNDS)));
  if (only === "redis") return console.log(describeSharedBudget(await measureSharedBudget(ROUNDS)));
  if (only === "cache-redis") return console.log(describeSharedCache(await measureSharedCache(ROUNDS)));
  if (only && only !== "footprint") return;
  const footprint: Footprint = await measureFootprint(ROUNDS);
  console.log(describeFootprint(footprint));
  if (only) return;
  const failover = await measureFailover(ROUNDS);
  console.log(describeFailover(failover));
  const sharedBudget = await measureSharedBudget(ROUNDS);
  console.log(describeSharedBudget(sharedBudget));
  const sharedCache = await measureSharedCache(ROUNDS);
  console.log(describeSharedCache(sharedCache));

  const results: Results = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} cores, ${cpus()[0].model}`,
    envoy: findEnvoy().version,
    rounds: ROUNDS,
    pinned,
    work,
    footprint,
    failover,
    sharedBudget,
    sharedCache,
  };
  writeJson(join(resolve(import.meta.dirname), "results/latest.json"), results);
  rmSync(DONE, { force: true });
  console.log('wrote tests/bench/results/latest.json; "make docs" puts it into README.md');
}

try {
  await run();
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  process.exitCode = 1;
}
process.exit();
