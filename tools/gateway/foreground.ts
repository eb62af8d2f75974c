import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { dieWithParent } from "../../tests/harness/envoy-process.ts";
import { root } from "../plugins.ts";
import type { Bootstrap } from "./bootstrap.ts";
import type { Engine } from "./engines.ts";
import { freePort } from "./ports.ts";

/** A gateway that runs as a child of this process and writes to its terminal. */
export interface Foreground {
  engine: Engine;
  adminPort: number;
  /** Resolves with the exit code when the gateway has ended, for any reason. */
  ended: Promise<number>;
  /** Ends the gateway, and resolves when it has ended. */
  stop(): Promise<void>;
}

/**
 * Writes the bootstrap to a file that only this user can read, starts Envoy with it, and resolves when Envoy is ready.
 * Envoy and the file, which contains API keys, end with this process, however it ends.
 */
export async function startForeground(bootstrap: Bootstrap, engineOf: (file: string) => Engine): Promise<Foreground> {
  const folder = mkdtempSync(join(tmpdir(), "ai-gateway-"));
  try {
    return await start(bootstrap, folder, engineOf);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function start(bootstrap: Bootstrap, folder: string, engineOf: (file: string) => Engine): Promise<Foreground> {
  const file = join(folder, "envoy.yaml");
  const engine = engineOf(file);
  const adminPort = await freePort();
  bootstrap.admin = { address: { socket_address: { address: "127.0.0.1", port_value: adminPort } } };
  writeFileSync(file, stringify(bootstrap), { mode: 0o600 });

  // In its own process group: the terminal's Ctrl-C reaches only this process, which then stops Envoy.
  const child = spawn(engine.command, engine.args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...engine.env },
    detached: true,
  });
  const release = dieWithParent(child, folder);
  const ended = new Promise<number>((resolve) => {
    child.once("error", () => resolve(127));
    child.once("exit", (code) => resolve(code ?? 0));
  }).finally(() => {
    release();
    rmSync(folder, { recursive: true, force: true });
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    const killer = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(killer);
  };
  let code: number | undefined;
  ended.then((value) => (code = value));
  while (!(await isReady(adminPort))) {
    if (code !== undefined)
      throw new Error(`${engine.title} ended with code ${code} before it was ready: what it says stands above`);
    await sleep(50);
  }
  return { engine, adminPort, ended, stop };
}

const isReady = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/ready`).then(
    (response) => response.ok,
    () => false,
  );
