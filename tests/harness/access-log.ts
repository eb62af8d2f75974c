// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from "node:timers/promises";
import type { EnvoyProcess } from "./envoy-process.ts";

const MOST_WAITS = 100;
const WAIT_MS = 100;

/** A line of an access log in JSON, as far as every one of ours has it. */
export interface AccessLogLine extends Record<string, unknown> {
  consumer: string | null;
  route: string;
  model: string | null;
  path: string;
  status: number;
  details: string;
  duration_ms: number;
}

/**
 * Resolves with the lines of the calls whose path begins so as soon as there are `count`: Envoy writes them a moment after
 * the answer. Throws where there are fewer after ten seconds, or more.
 */
export async function accessLog(envoy: EnvoyProcess, path: string, count: number): Promise<AccessLogLine[]> {
  let lines = linesOf(envoy, path);
  for (let waits = 0; waits < MOST_WAITS && lines.length < count; waits++) {
    await sleep(WAIT_MS);
    lines = linesOf(envoy, path);
  }
  if (lines.length !== count) throw new Error(`the access log has ${lines.length} calls of ${path}, not ${count}`);
  return lines;
}

function linesOf(envoy: EnvoyProcess, path: string): AccessLogLine[] {
  const lines = envoy.logs().filter((line) => line.startsWith("{") && line.endsWith("}"));
  return lines.map((line) => JSON.parse(line) as AccessLogLine).filter((line) => line.path.startsWith(path));
}
