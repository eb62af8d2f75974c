// SPDX-License-Identifier: Apache-2.0
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { findEnvoy } from "./find-envoy.ts";

/** How Envoy is started; everything has a default. */
export interface EnvoyOptions {
  /** The binary; found by `findEnvoy` when absent. */
  binary?: string;
  /** Log level of Envoy itself, default `warning`. */
  logLevel?: string;
  /** Log level of what plugins say, default `debug`. */
  wasmLogLevel?: string;
  /** Worker threads, default 1. */
  concurrency?: number;
}

/** A running Envoy. */
export interface EnvoyProcess {
  pid: number;
  adminPort: number;
  /** The folder that `%TMP%` in the bootstrap stands for; it is removed by `stop`. */
  folder: string;
  /** The port of each listener, by the listener's name. */
  listenerPorts: Record<string, number>;
  /** Every log line so far. */
  logs(): string[];
  /** All counters and gauges, or those whose name contains `filter`. */
  stats(filter?: string): Promise<Record<string, number>>;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;

type Bootstrap = Record<string, unknown>;

const root = resolve(import.meta.dirname, "../..");

/** Thrown when Envoy refuses its configuration; `logs` holds what it said. */
export class EnvoyRefused extends Error {
  constructor(readonly logs: string[]) {
    super(`Envoy did not start\n${logs.slice(-25).join("\n")}`);
  }
}

/**
 * Starts Envoy on free ports with a bootstrap (an object, or the path of a yaml) and resolves once it is ready.
 * Relative file names in the bootstrap start at the repository's root. Envoy dies with this process, however that ends.
 */
export async function startEnvoy(bootstrap: Bootstrap | string, options: EnvoyOptions = {}): Promise<EnvoyProcess> {
  const parent = join(root, "tests/.tmp");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "envoy-"));
  const isFile = typeof bootstrap === "string";
  const text = (isFile ? readFileSync(resolve(root, bootstrap), "utf8") : JSON.stringify(bootstrap)).replaceAll(
    "%TMP%",
    folder,
  );
  const config = (isFile ? parse(text) : JSON.parse(text)) as Bootstrap;
  config.admin = { address: { socket_address: { address: "127.0.0.1", port_value: 0 } } };
  freeThePorts(config);

  const files = { config: join(folder, "envoy.json"), admin: join(folder, "admin"), log: join(folder, "envoy.log") };
  writeFileSync(files.config, JSON.stringify(config));
  // What Envoy writes to its error output is there at once; a log file of its own would lag behind.
  const output = openSync(files.log, "w");
  const child = spawn(options.binary ?? findEnvoy().path, argumentsFor(files, options), {
    cwd: root,
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  const release = dieWithParent(child, folder);
  const exited = new Promise<void>((done) => child.once("exit", () => done()).once("error", () => done()));
  const logs = () => (existsSync(files.log) ? readFileSync(files.log, "utf8").split("\n").filter(Boolean) : []);
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await exited;
    release();
    rmSync(folder, { recursive: true, force: true });
  };

  const adminPort = await untilReady(child, files.admin, START_TIMEOUT_MS).catch(() => 0);
  if (adminPort === 0) {
    const said = logs();
    await stop();
    throw new EnvoyRefused(said);
  }
  const listenerPorts = await portsOf(adminPort);
  const stats = (filter?: string) => statsOf(adminPort, filter);
  return { pid: child.pid as number, adminPort, folder, listenerPorts, logs, stats, stop };
}

function argumentsFor(files: { config: string; admin: string }, options: EnvoyOptions): string[] {
  return [
    ...["-c", files.config, "--use-dynamic-base-id", "--concurrency", String(options.concurrency ?? 1)],
    ...["-l", options.logLevel ?? "warning", "--component-log-level", `wasm:${options.wasmLogLevel ?? "debug"}`],
    ...["--log-format", "[%l][%n] %v", "--admin-address-path", files.admin],
    ...["--file-flush-interval-msec", "20", "--drain-time-s", "1"],
  ];
}

/**
 * A shell that waits for the end of our pipe, then kills the child and removes its folder: it works where this process is
 * killed, too. Gives back the way to call it off.
 */
export function dieWithParent(child: ChildProcess, folder?: string): () => void {
  const script = 'trap "" INT TERM; cat >/dev/null; kill -9 "$0" 2>/dev/null; [ -z "$1" ] || rm -rf "$1"';
  const guard = spawn("/bin/sh", ["-c", script, String(child.pid), folder ?? ""], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.unref();
  (guard.stdin as unknown as { unref(): void }).unref();
  return () => {
    guard.kill("SIGKILL");
    // The shell is gone; what it waited with ends with the pipe.
    guard.stdin.destroy();
  };
}

async function untilReady(child: ChildProcess, adminFile: string, timeoutMs: number): Promise<number> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error("exited");
    const address = existsSync(adminFile) ? readFileSync(adminFile, "utf8").trim() : "";
    const port = Number(address.split(":").at(-1) || 0);
    if (port > 0 && (await isReady(port))) return port;
    await sleep(25);
  }
  throw new Error("not ready in time");
}

const isReady = async (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/ready`).then(
    (response) => response.text().then(() => response.status === 200),
    () => false,
  );

interface ListenerStatus {
  name: string;
  local_address: { socket_address?: { port_value: number } };
}

async function portsOf(adminPort: number): Promise<Record<string, number>> {
  const answer = await fetch(`http://127.0.0.1:${adminPort}/listeners?format=json`);
  const { listener_statuses: statuses = [] } = (await answer.json()) as { listener_statuses?: ListenerStatus[] };
  return Object.fromEntries(
    statuses.map((status) => [status.name, status.local_address.socket_address?.port_value ?? 0]),
  );
}

async function statsOf(adminPort: number, filter = ""): Promise<Record<string, number>> {
  const answer = await fetch(`http://127.0.0.1:${adminPort}/stats?format=json`);
  const { stats } = (await answer.json()) as { stats: { name?: string; value?: number }[] };
  const numbers = stats.filter((stat) => typeof stat.value === "number" && stat.name?.includes(filter));
  return Object.fromEntries(numbers.map((stat) => [stat.name as string, stat.value as number]));
}

function freeThePorts(config: Bootstrap): void {
  const resources = (config.static_resources ?? {}) as { listeners?: { address?: Record<string, unknown> }[] };
  for (const listener of resources.listeners ?? []) {
    const address = listener.address?.socket_address as { address: string; port_value: number } | undefined;
    if (address) Object.assign(address, { address: "127.0.0.1", port_value: 0 });
  }
}
