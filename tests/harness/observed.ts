// SPDX-License-Identifier: Apache-2.0
// The parts of envoy/opentelemetry.yaml and the access log of envoy/ai-gateway.yaml, in the listeners of a test.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { clusterFor, type EnvoyConfig } from "./bootstrap.ts";
import type { EnvoyProcess } from "./envoy-process.ts";

interface Parts {
  tracing: { provider: { typed_config: EnvoyConfig } };
  sampler: EnvoyConfig;
  access_log: { name: string; typed_config: EnvoyConfig }[];
}

const shipped = <T>(file: string): T => {
  const text = readFileSync(resolve(import.meta.dirname, "../../envoy", file), "utf8");
  return parse(text, { merge: true, maxAliasCount: -1 }) as T;
};
const parts = shipped<Parts>("opentelemetry.yaml");
const FILE = "fields.log";

interface ConnectionManager {
  access_log?: { typed_config: { log_format: { json_format: Record<string, string> } } }[];
}

/** The JSON format of the access log that is shipped. */
function jsonFormat(): Record<string, string> {
  const gateway = shipped<{ static_resources: { listeners: object[] } }>("ai-gateway.yaml");
  return connectionManagerOf(gateway.static_resources.listeners[0] as EnvoyConfig).access_log![0].typed_config
    .log_format.json_format;
}

const connectionManagerOf = (listener: EnvoyConfig): ConnectionManager =>
  (listener.filter_chains as { filters: { typed_config: ConnectionManager }[] }[])[0].filters[0].typed_config;

/**
 * The listener with the shipped tracing and access logs: spans and OTLP logs to the cluster `otlp`, JSON lines to a file. `hasSampler`: with the
 * shipped sampler.
 */
export function observed(listener: EnvoyConfig, hasSampler = false): EnvoyConfig {
  const [otlp] = structuredClone(parts.access_log);
  const tracing = structuredClone(parts.tracing);
  if (hasSampler) Object.assign(tracing.provider.typed_config, { sampler: parts.sampler });
  Object.assign(otlp.typed_config, { buffer_flush_interval: "0.05s" });
  const file = {
    name: "envoy.access_loggers.file",
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog",
      path: `%TMP%/${FILE}`,
      log_format: { json_format: { ...jsonFormat(), agent: "%REQ(USER-AGENT)%" } },
    },
  };
  Object.assign(connectionManagerOf(listener), { tracing, access_log: [file, otlp] });
  return listener;
}

/** The cluster of a receiver. */
export const otlpCluster = (port: number): EnvoyConfig => clusterFor({ name: "otlp", port, http2: true });

/** Envoy sends spans at once. */
export const promptSpans: EnvoyConfig = {
  layers: [{ name: "tests", static_layer: { tracing: { opentelemetry: { flush_interval_ms: 50 } } } }],
};

/** A JSON line, as far as tests read it. */
export interface FieldsLine extends Record<string, unknown> {
  ai: Record<string, unknown> | null;
  status: number;
  details: string;
}

/** The lines of the requests of a user agent, one for each pass, as soon as there are `count`. */
export async function fieldsOf(envoy: EnvoyProcess, agent: string, count = 1): Promise<FieldsLine[]> {
  let lines: FieldsLine[] = [];
  for (let waits = 0; waits < 200; waits++, await sleep(50)) {
    const json = readFileSync(join(envoy.folder, FILE), "utf8").split("\n").filter(Boolean);
    lines = json.map((line) => JSON.parse(line) as FieldsLine).filter((line) => line.agent === agent);
    if (lines.length >= count) return lines;
  }
  throw new Error(`the access log has ${lines.length} lines of ${agent}, not ${count}`);
}
