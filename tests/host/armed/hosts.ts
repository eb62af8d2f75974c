// SPDX-License-Identifier: Apache-2.0
// Runs a request through the gateway of `tests/harness/armed.ts` on the Node host and in the real Envoy.
import { aiProxy, clusters, filters, routes, second, type Listener } from "../../harness/armed.ts";
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../../harness/bootstrap.ts";
import { startEnvoy, type EnvoyProcess } from "../../harness/envoy-process.ts";
import { send, type ClientRequest, type ClientResponse } from "../../harness/http-client.ts";
import { serve, type RunningServer } from "../../providers/server.ts";
import type { ProviderReply, ProviderRequest } from "../../providers/types.ts";
import { runStream } from "../exchange.ts";
import { HttpStream } from "../http-stream.ts";
import { ProxyHost, type HostOptions } from "../proxy-host.ts";
import { ARMED_WASM, compileArmed } from "./compile.ts";

/** What a host saw. */
export interface Seen {
  response: ClientResponse;
  /** What the filter beside ai-proxy logged. */
  lines: string[];
  /** Which providers were asked, by the prefix of their paths. */
  asked: string[];
}

/** The provider that a request of `chatTo` names. */
export const toCluster = (request: ClientRequest): string => request.path.split("/")[1];

/** Sends a request on the Node host; the provider that it names responds with `first`. */
export function onNode(
  listener: Listener,
  request: ClientRequest,
  first: ProviderReply,
  options: HostOptions = {},
): Seen {
  const host = new ProxyHost(ARMED_WASM, { ...options, logLevel: "info" });
  const proxy = new ProxyHost("build/ai-proxy.wasm", { ...options, logLevel: "error" });
  const places = [
    { vm: host.vm, root: host.configure("armed", JSON.stringify(filters[listener]))! },
    { vm: proxy.vm, root: proxy.configure("ai-proxy", aiProxy)! },
  ];
  const asked: string[] = [];
  const stream = new HttpStream({ downstream: [], upstream: places }, { routes, clusters });
  const answer = (sent: ProviderRequest, cluster: string): ProviderReply => {
    asked.push(cluster);
    return cluster === "second" ? second(sent) : first;
  };
  const { response } = runStream(host, stream, request, { answer });
  proxy.check();
  return { response, asked, lines: host.vm.logs.map(({ text }) => text).filter(isOurs) };
}

const isOurs = (line: string): boolean => /^armed: (headers|content|error)/.test(line);

/** A running Envoy with a listener for each way in which the stand-in is configured; stop it with `close`. */
export class RealGateway {
  private current: ProviderReply | null = null;
  private envoy: EnvoyProcess | null = null;
  private readonly servers: Record<string, RunningServer> = {};

  static async start(): Promise<RealGateway> {
    await compileArmed();
    const gateway = new RealGateway();
    const { servers } = gateway;
    for (const { name } of clusters)
      servers[name] = await serve((sent) => (name === "second" ? second(sent) : gateway.current!));
    const listeners = Object.entries(filters).map(([name, configuration]) =>
      listenerFor({
        name,
        routes: routes.map(routeFor),
        upstream: [
          wasmFilter({ plugin: "armed", wasm: ARMED_WASM, configuration: JSON.stringify(configuration) }),
          wasmFilter({ plugin: "ai-proxy", wasm: "build/ai-proxy.wasm", configuration: aiProxy }),
        ],
      }),
    );
    const each = clusters.map((cluster) => clusterFor({ ...cluster, port: servers[cluster.name].port }));
    gateway.envoy = await startEnvoy(bootstrapFor(listeners, each));
    return gateway;
  }

  /** Sends a request; the provider that it names responds with `first`. */
  async run(listener: Listener, request: ClientRequest, first: ProviderReply): Promise<Seen> {
    this.current = first;
    for (const server of Object.values(this.servers)) server.requests.length = 0;
    const before = this.lines().length;
    const response = { ...(await send(this.envoy!.listenerPorts[listener], request)) };
    const asked = Object.entries(this.servers).flatMap(([name, { requests }]) => requests.map(() => name));
    return { response, asked, lines: this.lines().slice(before) };
  }

  async close(): Promise<void> {
    await this.envoy?.stop();
    for (const server of Object.values(this.servers)) await server.close();
  }

  private lines(): string[] {
    return this.envoy!.logs()
      .map((line) => line.slice(line.indexOf("armed: ")).trimEnd())
      .filter(isOurs);
  }
}
