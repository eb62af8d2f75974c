// SPDX-License-Identifier: Apache-2.0
// The whole chain with fallback in both positions in a real Envoy: one route and one mock provider for each model.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { aggregateFor, bootstrapFor, clusterFor, listenerFor, routeFor, type EnvoyConfig } from "./bootstrap.ts";
import { cors, pluginFilter as wasm, refreshRoute } from "./chain-filters.ts";
import type { AccessLogLine } from "./access-log.ts";
import { startEnvoy, type EnvoyProcess } from "./envoy-process.ts";
import { setRoute, tombstoneMetadata, tombstoneReply } from "./fallback-set.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { ProviderReply, ProviderRequest } from "../providers/types.ts";

/** A model: its route, whose metadata holds the configurations, and what its provider sends. */
export interface SetMember {
  model: string;
  configs: Record<string, object>;
  reply: (request: ProviderRequest) => ProviderReply | Promise<ProviderReply>;
}

/** What the gateway consists of. */
export interface FallbackGatewayOptions {
  members: SetMember[];
  /** The providers of ai-proxy. */
  providers: object[];
  /** Plugins behind `fallback`, in order, with their configurations. */
  chain?: [plugin: string, configuration: object][];
  concurrency?: number;
}

/** A running gateway; stop it with `close`. */
export class FallbackGateway {
  private constructor(
    readonly envoy: EnvoyProcess,
    /** The mock provider of each model. */
    readonly mocks: Record<string, RunningServer>,
  ) {}

  static async start(options: FallbackGatewayOptions): Promise<FallbackGateway> {
    const mocks: Record<string, RunningServer> = {};
    const clusters: EnvoyConfig[] = [];
    const add = async (name: string, reply: SetMember["reply"], endpointMetadata?: EnvoyConfig): Promise<void> => {
      mocks[name] = await serve(reply);
      const metadata = endpointMetadata as Record<string, EnvoyConfig> | undefined;
      clusters.push(clusterFor({ name, port: mocks[name].port, endpointMetadata: metadata }));
    };
    for (const { model, reply } of options.members) {
      await add(model, reply);
      clusters.push(aggregateFor(`${model}-set`, [model, "tombstone"]));
    }
    await add("tombstone", () => tombstoneReply, tombstoneMetadata);
    const listener = listenerFor({
      name: "gateway",
      routes: options.members.map(({ model, configs }) => routeFor(setRoute(model, model, configs))),
      downstream: [
        wasm("model-router"),
        cors,
        wasm("fallback"),
        refreshRoute,
        ...(options.chain ?? []).map(([plugin, config]) => ({ ...wasm(plugin, config), name: `behind-${plugin}` })),
      ],
      upstream: [wasm("fallback"), wasm("ai-proxy", { providers: options.providers, activeProviderId: "none" })],
      accessLog: {
        path: "%TMP%/access.log",
        fields: {
          path: "%REQ(:PATH)%",
          consumer: "%FILTER_STATE(wasm.ai_consumer:PLAIN)%",
          route: "%ROUTE_NAME%",
          model: "%REQ(X-HIGRESS-LLM-MODEL)%",
          usage: "%FILTER_STATE(wasm.ai_usage:PLAIN)%",
          status: "%RESPONSE_CODE%",
          details: "%RESPONSE_CODE_DETAILS%",
        },
      },
    });
    const envoy = await startEnvoy(bootstrapFor([listener], clusters), { concurrency: options.concurrency ?? 1 });
    return new FallbackGateway(envoy, mocks);
  }

  get port(): number {
    return this.envoy.listenerPorts.gateway;
  }

  /** The lines of the access log whose path has the text, one for each pass, as soon as there are `count`. */
  async passes(text: string, count: number): Promise<AccessLogLine[]> {
    let lines: AccessLogLine[] = [];
    for (let waits = 0; waits < 100 && lines.length < count; waits++) {
      await sleep(50);
      const json = readFileSync(join(this.envoy.folder, "access.log"), "utf8").split("\n").filter(Boolean);
      lines = json.map((line) => JSON.parse(line) as AccessLogLine).filter(({ path }) => path.includes(text));
    }
    if (lines.length !== count) throw new Error(`the access log has ${lines.length} lines of ${text}, not ${count}`);
    return lines;
  }

  /** Forgets what the providers received. */
  forget(): void {
    for (const { requests } of Object.values(this.mocks)) requests.length = 0;
  }

  async close(): Promise<void> {
    await this.envoy.stop();
    for (const mock of Object.values(this.mocks)) await mock.close();
  }
}
