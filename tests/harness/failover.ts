// SPDX-License-Identifier: Apache-2.0
// examples/model-failover/envoy.yaml in a real Envoy, unchanged but for its ports, before two mock servers.
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Bootstrap, ConnectionManager } from "../../tools/gateway/bootstrap.ts";
import { leadToLoopback } from "../../tools/gateway/config.ts";
import { dialects } from "../providers/index.ts";
import { serveScripted, type ScriptedServer } from "../providers/scripted.ts";
import type { Dialect } from "../providers/types.ts";
import { startEnvoy, type EnvoyProcess } from "./envoy-process.ts";

/** The key that applications have in the example. */
export const APP_KEY = "higress-api-key";

/** The two mock servers of the example, by the names of their clusters. */
export interface ModelServers {
  "qwq-32b": ScriptedServer;
  "deepseek-r1": ScriptedServer;
}

/** A running example. */
export interface FailoverGateway {
  envoy: EnvoyProcess;
  /** Ends with `/v1`. */
  baseUrl: string;
  servers: ModelServers;
  close(): Promise<void>;
}

/** How the example is started; everything has a default. */
export interface FailoverOptions {
  /** Options of `fallback` on the route my-deepseek-r1, in place of those of the file. */
  fallback?: Record<string, unknown>;
  /** The parsed yaml of another example with these two servers; by default that of model-failover. */
  bootstrap?: Bootstrap;
  /** Changes the parsed yaml. */
  change?: (bootstrap: Bootstrap) => void;
  /** Worker threads, default 2. */
  concurrency?: number;
  /** The dialects of the mocks, by default that of vLLM for both. */
  servers?: Partial<Record<keyof ModelServers, Dialect>>;
}

/** The yaml of the example. */
export const failoverBootstrap = (): Bootstrap =>
  parse(readFileSync(new URL("../../examples/model-failover/envoy.yaml", import.meta.url), "utf8")) as Bootstrap;

/** The connection manager of the example's gateway. */
export const managerOf = (bootstrap: Bootstrap): ConnectionManager =>
  bootstrap.static_resources.listeners[0].filter_chains[0].filters[0].typed_config;

/** Sets options of a plugin on a route, beside those that it has there. */
export function configureRoute(
  bootstrap: Bootstrap,
  route: string,
  plugin: string,
  options: Record<string, unknown>,
): void {
  const { routes } = managerOf(bootstrap).route_config.virtual_hosts[0];
  const metadata = routes.find(({ name }) => name === route)!.metadata!.filter_metadata;
  const before = JSON.parse(metadata[plugin]?.config ?? "{}") as Record<string, unknown>;
  metadata[plugin] = { config: JSON.stringify({ ...before, ...options }) };
}

/** Sets options of a filter, in either chain, beside those that it has. */
export function configureFilter(bootstrap: Bootstrap, name: string, options: Record<string, unknown>): void {
  const { http_filters } = managerOf(bootstrap);
  const upstream = http_filters.flatMap(({ typed_config }) => typed_config.upstream_http_filters ?? []);
  const filters = [...(http_filters as typeof upstream), ...upstream].filter((filter) => filter.name === name);
  for (const { typed_config } of filters) {
    const { configuration } = typed_config.config!;
    configuration.value = JSON.stringify({ ...(JSON.parse(configuration.value) as object), ...options });
  }
}

/** Starts the mock servers and Envoy on free ports. */
export async function startFailover(options: FailoverOptions = {}): Promise<FailoverGateway> {
  const { fallback = {}, change, concurrency = 2, servers: mocks = {} } = options;
  const started: ScriptedServer[] = [];
  const start = async (model: keyof ModelServers): Promise<ScriptedServer> => {
    const server = await serveScripted(mocks[model] ?? dialects.vllm);
    started.push(server);
    return server;
  };
  let envoy: EnvoyProcess | undefined;
  const close = async (): Promise<void> => {
    await envoy?.stop();
    await Promise.all(started.map((server) => server.close()));
  };
  try {
    const servers: ModelServers = { "qwq-32b": await start("qwq-32b"), "deepseek-r1": await start("deepseek-r1") };
    const bootstrap = options.bootstrap ?? failoverBootstrap();
    for (const cluster of bootstrap.static_resources.clusters) {
      if (cluster.name in servers) leadToLoopback(cluster, servers[cluster.name as keyof ModelServers].port);
    }
    configureRoute(bootstrap, "my-deepseek-r1", "fallback", fallback);
    change?.(bootstrap);
    envoy = await startEnvoy(bootstrap as unknown as Record<string, unknown>, { concurrency });
    return { envoy, baseUrl: `http://127.0.0.1:${envoy.listenerPorts.gateway}/v1`, servers, close };
  } catch (error) {
    await close();
    throw error;
  }
}
