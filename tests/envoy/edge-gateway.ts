// SPDX-License-Identifier: Apache-2.0
import type { Bootstrap } from "../../tools/gateway/bootstrap.ts";
import { gatewayConfig } from "../../tools/gateway/config.ts";
import { startEnvoy, type EnvoyProcess } from "../harness/envoy-process.ts";
import { serve, type RunningServer } from "../providers/server.ts";
import type { ProviderReply, ProviderRequest } from "../providers/types.ts";

/** envoy/ai-gateway.yaml in a real Envoy, with a mock provider. */
export interface EdgeGateway {
  envoy: EnvoyProcess;
  provider: RunningServer;
  port: number;
  close(): Promise<void>;
}

/** Starts the file unchanged, except for its ports and providers, and the changes of `change`. */
export async function startEdgeGateway(
  handle: (request: ProviderRequest) => ProviderReply,
  change: (bootstrap: Bootstrap) => void = () => {},
): Promise<EdgeGateway> {
  const provider = await serve(handle);
  try {
    const mocks = new Map(["qwen", "openai"].map((id) => [id, provider.port]));
    const keys = new Map([["openai", "sk-test-openai"]]);
    const bootstrap = gatewayConfig({ port: 0, defaultService: "openai", keys, mocks });
    change(bootstrap);
    const envoy = await startEnvoy(bootstrap as unknown as Record<string, unknown>);
    const close = async (): Promise<void> => {
      await envoy.stop();
      await provider.close();
    };
    return { envoy, provider, port: envoy.listenerPorts.gateway, close };
  } catch (error) {
    await provider.close();
    throw error;
  }
}

/** The connection manager of a bootstrap, as an object whose fields may be changed. */
export function managerOf(bootstrap: Bootstrap): Record<string, unknown> {
  return bootstrap.static_resources.listeners[0].filter_chains[0].filters[0].typed_config as unknown as Record<
    string,
    unknown
  >;
}

/** The bytes that Envoy has allocated. https://www.envoyproxy.io/docs/envoy/latest/api-v3/admin/v3/memory.proto */
export async function allocated({ envoy }: EdgeGateway): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${envoy.adminPort}/memory`);
  return Number(((await response.json()) as { allocated: string }).allocated);
}

/** The value of one of Envoy's counters or gauges; 0 if it does not exist yet. */
export async function stat({ envoy }: EdgeGateway, name: string): Promise<number> {
  return (await envoy.stats(name))[name] ?? 0;
}
