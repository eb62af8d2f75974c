// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { dieWithParent } from "./envoy-process.ts";
import { findProgram, type FoundProgram } from "./find-program.ts";
import { freePort } from "./valkey.ts";

const START_TIMEOUT_MS = 30_000;

/** A running Chroma. */
export interface Chroma {
  url: string;
  stop(): Promise<void>;
}

/** Finds Chroma: `CHROMA_PATH`, otherwise `chroma` on PATH, otherwise the one that `make chroma` installs. */
export const findChroma = (env: NodeJS.ProcessEnv = process.env): FoundProgram =>
  findProgram({ title: "Chroma", name: "chroma", variable: "CHROMA_PATH" }, env);

/** Starts Chroma on a free port, with an empty database. It dies with this process. */
export async function startChroma(): Promise<Chroma> {
  const { path, missing } = findChroma();
  if (!path) throw new Error(missing);
  const parent = resolve(import.meta.dirname, "../.tmp");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "chroma-"));
  const port = await freePort();
  const args = ["run", "--host", "127.0.0.1", "--port", String(port), "--path", folder];
  const child = spawn(path, args, { stdio: "ignore", env: { ...process.env, ANONYMIZED_TELEMETRY: "FALSE" } });
  const release = dieWithParent(child, folder);
  const exited = new Promise<void>((done) => child.once("exit", () => done()).once("error", () => done()));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await exited;
    release();
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await isReady(url))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error("Chroma did not start");
    }
    await sleep(50);
  }
  return { url, stop };
}

const isReady = async (url: string): Promise<boolean> =>
  fetch(`${url}/api/v2/heartbeat`).then(
    (response) => response.text().then(() => response.status === 200),
    () => false,
  );
