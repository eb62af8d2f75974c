// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { type EnvoyProcess, startEnvoy } from "../harness/envoy-process.ts";
import { dialects } from "../providers/index.ts";
import { type RunningServer, serve } from "../providers/server.ts";
import type { ProviderRequest } from "../providers/types.ts";
import type { JsonObject } from "../providers/wire.ts";

/** One service of the gateway: the configuration of ai-proxy, and its mock provider. */
export interface Service {
  /** Name of the dialect. */
  dialect: string;
  /** The `provider` object of ai-proxy's configuration. */
  provider: JsonObject;
}

/** A running Envoy with a listener for every service. */
export interface Gateway {
  /** The base URL of a service, which ends with `/v1`. */
  baseUrl(service: string): string;
  /** Every request that the service's provider has received. */
  requests(service: string): ProviderRequest[];
  /** Every line that Envoy and the plugin have logged. */
  logs(): string[];
  close(): Promise<void>;
}

const wasm = "build/ai-proxy.wasm";

/** Starts the mock providers, and a real Envoy with the release module before them. */
export async function startGateway(services: Record<string, Service>): Promise<Gateway> {
  if (!existsSync(resolve(import.meta.dirname, "../..", wasm))) throw new Error(`${wasm} is missing: run "make build"`);
  const servers: Record<string, RunningServer> = {};
  let envoy: EnvoyProcess | undefined;
  const close = async (): Promise<void> => {
    await envoy?.stop();
    await Promise.all(Object.values(servers).map((server) => server.close()));
  };
  try {
    for (const [name, { dialect }] of Object.entries(services)) {
      servers[name] = await serve((request) => dialects[dialect].handle(request));
    }
    const listeners = Object.entries(services).map(([name, { provider }]) =>
      listenerFor({
        name,
        routes: [routeFor({ name, cluster: name })],
        downstream: [wasmFilter({ plugin: "ai-proxy", wasm, configuration: JSON.stringify({ provider }) })],
      }),
    );
    const clusters = Object.entries(servers).map(([name, { port }]) => clusterFor({ name, port }));
    envoy = await startEnvoy(bootstrapFor(listeners, clusters));
  } catch (error) {
    await close();
    throw error;
  }
  const { listenerPorts, logs } = envoy;
  return {
    baseUrl: (service) => `http://127.0.0.1:${listenerPorts[service]}/v1`,
    requests: (service) => servers[service].requests,
    logs,
    close,
  };
}
