// SPDX-License-Identifier: Apache-2.0
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../harness/bootstrap.ts";
import { startEnvoy } from "../harness/envoy-process.ts";
import { serve } from "../providers/server.ts";
import type { ProviderReply, ProviderRequest } from "../providers/types.ts";
import type { JsonObject } from "../providers/wire.ts";

/** An Envoy with ai-proxy before one model. */
export interface AgentGateway {
  /** Its address, without a path. */
  url: string;
  /** The requests that the model has got. */
  requests(): ProviderRequest[];
  /** The bodies of the errors that the model has sent. */
  refusals(): string[];
  close(): Promise<void>;
}

/** Starts a model, and the gateway with a provider of this configuration, whose API key is added. */
export async function startAgentGateway(
  provider: JsonObject,
  model: (request: ProviderRequest) => ProviderReply,
): Promise<AgentGateway> {
  const refusals: string[] = [];
  const server = await serve((request) => {
    const reply = model(request);
    if (reply.status >= 400) refusals.push(`${request.path}: ${Buffer.concat(reply.chunks).toString()}`);
    return reply;
  });
  const whole = { apiTokens: ["sk-provider-0001"], ...provider };
  const filter = wasmFilter({
    plugin: "ai-proxy",
    wasm: "build/ai-proxy.wasm",
    configuration: JSON.stringify({ provider: whole }),
  });
  const listener = listenerFor({
    name: "agents",
    routes: [routeFor({ name: "model", cluster: "model" })],
    downstream: [filter],
  });
  const envoy = await startEnvoy(bootstrapFor([listener], [clusterFor({ name: "model", port: server.port })]));
  return {
    url: `http://127.0.0.1:${envoy.listenerPorts.agents}`,
    requests: () => server.requests,
    refusals: () => refusals,
    close: async () => {
      await envoy.stop();
      await server.close();
    },
  };
}
