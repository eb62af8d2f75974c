import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../tools/gateway/ports.ts";
import type { EnvoyConfig } from "../harness/bootstrap.ts";
import { dieWithParent } from "../harness/envoy-process.ts";
import { findEnvoy } from "../harness/find-envoy.ts";
import { unpin } from "./process-cost.ts";

const root = resolve(import.meta.dirname, "../..");
const PATIENCE_MS = 30_000;

/**
 * Starts Envoy on all cores of the machine, checks every two milliseconds whether it is ready, stops it, and returns the seconds that it
 * took.
 */
export async function secondsUntilReady(bootstrap: EnvoyConfig): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "ready-"));
  const port = await freePort();
  const admin = { address: { socket_address: { address: "127.0.0.1", port_value: port } } };
  const file = join(folder, "envoy.json");
  writeFileSync(file, JSON.stringify({ ...bootstrap, admin }));
  const args = ["-c", file, "--use-dynamic-base-id", "--concurrency", "1", "--log-level", "error"];
  const started = performance.now();
  const child = spawn(findEnvoy().path, args, { cwd: root, stdio: "ignore" });
  if (child.pid) unpin(child.pid);
  const release = dieWithParent(child);
  const exited = new Promise((done) => child.once("exit", done));
  try {
    while (!(await isReady(port))) {
      if (child.exitCode !== null) throw new Error(`Envoy ended with code ${child.exitCode} before it was ready`);
      if (performance.now() - started > PATIENCE_MS) throw new Error("Envoy was not ready in time");
      await sleep(2);
    }
    return (performance.now() - started) / 1000;
  } finally {
    child.kill("SIGKILL");
    await exited;
    release();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Does not use `fetch`, whose first call takes longer than Envoy's whole start. */
function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ port, host: "127.0.0.1", path: "/ready", agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.once("error", () => resolve(false));
    asked.end();
  });
}
