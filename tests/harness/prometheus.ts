// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { dieWithParent } from "./envoy-process.ts";
import { findProgram, type FoundProgram } from "./find-program.ts";

const START_TIMEOUT_MS = 30_000;

/** One series of a result: its labels, and its value now. */
export interface Series {
  metric: Record<string, string>;
  value: [time: number, value: string];
}

/** A running Prometheus. */
export interface Prometheus {
  /** The series of a query now. Throws what Prometheus says if it refuses the query. */
  query(expression: string): Promise<Series[]>;
  /** The `data` of another page of its API: `rules`, `targets`, `label/consumer/values`. */
  api<T>(page: string): Promise<T>;
  stop(): Promise<void>;
}

/** Finds Prometheus: `PROMETHEUS_PATH`, otherwise `prometheus` on PATH, otherwise the one that `make prometheus` unpacks. */
export const findPrometheus = (env: NodeJS.ProcessEnv = process.env): FoundProgram =>
  findProgram({ title: "Prometheus", name: "prometheus", variable: "PROMETHEUS_PATH" }, env);

/** The path of promtool, which lies beside Prometheus. */
export const promtoolPath = (): string => join(dirname(pathOf(findPrometheus())), "promtool");

/** Starts Prometheus on a free port with a configuration; file names in it are absolute. It dies with this process. */
export async function startPrometheus(configuration: object): Promise<Prometheus> {
  const parent = resolve(import.meta.dirname, "../.tmp");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "prometheus-"));
  const files = { config: join(folder, "prometheus.yml"), data: join(folder, "data"), log: join(folder, "log") };
  writeFileSync(files.config, stringify(configuration));
  const output = openSync(files.log, "w");
  const args = [`--config.file=${files.config}`, `--storage.tsdb.path=${files.data}`];
  const child = spawn(pathOf(findPrometheus()), [...args, "--web.listen-address=127.0.0.1:0"], {
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  const release = dieWithParent(child, folder);
  const exited = new Promise<void>((done) => child.once("exit", () => done()).once("error", () => done()));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await exited;
    release();
    rmSync(folder, { recursive: true, force: true });
  };

  const deadline = Date.now() + START_TIMEOUT_MS;
  let base = "";
  while (!base || !(await isReady(base))) {
    const said = readFileSync(files.log, "utf8");
    // It logs the port that it was given.
    const address = /Listening on.* address=(127\.0\.0\.1:\d+)/.exec(said)?.[1];
    base = address ? `http://${address}` : "";
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`Prometheus did not start\n${said.split("\n").slice(-20).join("\n")}`);
    }
    await sleep(25);
  }
  const api = async <T>(page: string): Promise<T> => {
    const response = await fetch(`${base}/api/v1/${page}`);
    const { data, error } = (await response.json()) as { data: T; error?: string };
    if (error) throw new Error(error);
    return data;
  };
  const query = async (expression: string): Promise<Series[]> =>
    (await api<{ result: Series[] }>(`query?query=${encodeURIComponent(expression)}`)).result;
  return { query, api, stop };
}

const isReady = async (base: string): Promise<boolean> =>
  fetch(`${base}/-/ready`).then(
    (response) => response.text().then(() => response.status === 200),
    () => false,
  );

function pathOf({ path, missing }: FoundProgram): string {
  if (!path) throw new Error(missing);
  return path;
}
