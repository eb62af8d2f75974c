// SPDX-License-Identifier: Apache-2.0
// An OTLP receiver on the official protobuf package (`python/otlp_sink.py`).
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { dieWithParent } from "./envoy-process.ts";

const python = fileURLToPath(new URL("../../.venv/bin/python", import.meta.url));
const script = fileURLToPath(new URL("./python/otlp_sink.py", import.meta.url));

/** A span or a log record; ids in hex, attributes as plain values. */
export interface Received {
  type: "span" | "log";
  /** Of a span. */
  name?: string;
  /** Of a span: OTLP's number of its kind. 2 is a server, 3 a client. */
  kind?: number;
  traceId: string;
  spanId: string;
  /** Of a span; empty for a root. */
  parentSpanId?: string;
  /** Of a log record. */
  body?: unknown;
  resource: Record<string, unknown>;
  attributes: Record<string, unknown>;
}

/** A running receiver. */
export interface OtlpSink {
  port: number;
  /** What was received so far. */
  received: Received[];
  /** Resolves with what passes the test as soon as there are `count`; throws after ten seconds. */
  wait(what: string, test: (item: Received) => boolean, count?: number): Promise<Received[]>;
  stop(): Promise<void>;
}

/** Starts a receiver on a free port. */
export async function startOtlpSink(): Promise<OtlpSink> {
  const child = spawn(python, ["-u", script], { stdio: ["pipe", "pipe", "inherit"] });
  const release = dieWithParent(child);
  const exited = new Promise<void>((done) => child.once("exit", () => done()));
  const received: Received[] = [];
  const port = await new Promise<number>((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`otlp_sink.py ended with ${code}`)));
    createInterface(child.stdout).on("line", (line) => {
      const item = JSON.parse(line) as Received & { port?: number };
      if (item.port) resolve(item.port);
      else received.push(item);
    });
  });
  const wait: OtlpSink["wait"] = async (what, test, count = 1) => {
    for (let waits = 0; waits < 200; waits++, await sleep(50)) {
      const found = received.filter(test);
      if (found.length >= count) return found;
    }
    throw new Error(`no ${what} among ${received.length} spans and records`);
  };
  const stop = async (): Promise<void> => {
    child.stdin.end();
    child.kill("SIGKILL");
    await exited;
    release();
  };
  return { port, received, wait, stop };
}
