// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { EnvoyProcess } from "../../harness/envoy-process.ts";
import type { Outcome } from "../exchange.ts";

/** What is compared between the hosts. */
export interface Observed {
  lines: string[];
  status: number;
  body: string;
  end: string;
  details: string;
  headers: string;
  /** Every attempt's method, path and body, and its headers. */
  upstream: string[];
  upstreamHeaders: string[];
}

/** Brings an outcome into the form that is compared. */
export function observed(
  lines: string[],
  { response, attempts, details }: Pick<Outcome, "response" | "attempts" | "details">,
): Observed {
  // Envoy configures on the main thread and on the worker: the same lines again, in any order.
  const isConfigure = (line: string): boolean => /^(\w+: )?configure /.test(line);
  const configure = [...new Set(lines.filter(isConfigure))].sort();
  return {
    lines: [...configure, ...lines.filter((line) => !isConfigure(line))],
    status: response.status,
    body: response.body.toString("latin1"),
    end: response.end,
    details: details.replace(/\{.*\}$/, ""),
    headers: comparable(response.headers),
    upstream: attempts.map(({ method, path, body }) => `${method} ${path} ${body.toString("latin1")}`),
    upstreamHeaders: attempts.map(({ headers }) => comparable(headers)),
  };
}

/** Lists of header names without those that only a network, the mock or the router of this test puts there. */
export function withoutNoise(line: string): string {
  return / names \d -> /.test(line)
    ? line.replace(/ (connection|keep-alive|date|server|x-scenario)(?= |$)/g, "")
    : line;
}

/** The headers that say something about the host: not those of Envoy's own bookkeeping or of the mock's server. */
function comparable(headers: [string, string][]): string {
  const other =
    /^(x-envoy|x-request-id|x-forwarded|x-scenario|server|date|connection|keep-alive|transfer-encoding|trailer|te$)/;
  const lines = headers.filter(([name]) => !other.test(name)).map(([name, value]) => `${name}: ${value}`);
  return lines.sort().join(" | ");
}

/** What differs, line by line, so that a failure can be read. */
export function differences(node: Observed, real: Observed): string[] {
  const flat = ({ lines, ...rest }: Observed) => [
    ...lines,
    ...Object.entries(rest).map(([key, value]) => `${key}: ${value}`),
  ];
  const [left, right] = [flat(node), flat(real)];
  const all = Array.from({ length: Math.max(left.length, right.length) }, (_, index) => [left[index], right[index]]);
  return all
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => `node: ${a} | envoy: ${b}`)
    .slice(0, 40);
}

/**
 * The details in the last of `lines` lines that Envoy's access log has for a listener. It is written after the client has
 * its response, and after proxy_on_log.
 */
export async function detailsOf(envoy: EnvoyProcess, listener: string, lines = 1): Promise<string> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const entries = readFileSync(join(envoy.folder, "access.log"), "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { name: string; details: string })
      .filter(({ name }) => name === listener);
    if (entries.length >= lines) return entries[entries.length - 1].details;
    await sleep(25);
  }
  throw new Error(`no access log line for ${listener}`);
}
