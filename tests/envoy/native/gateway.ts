// SPDX-License-Identifier: Apache-2.0
// One Envoy with a listener for its own AI filters and one for ai-proxy, in front of the same mock providers.
import {
  bootstrapFor,
  clusterFor,
  type EnvoyConfig,
  listenerFor,
  routeFor,
  wasmFilter,
} from "../../harness/bootstrap.ts";
import { type EnvoyProcess, startEnvoy } from "../../harness/envoy-process.ts";
import { anthropicMessages } from "../../providers/anthropic.ts";
import { dialects } from "../../providers/index.ts";
import { type RunningServer, serve } from "../../providers/server.ts";
import type { ProviderReply, ProviderRequest } from "../../providers/types.ts";
import { CLAUDE_HEADERS, MANAGER, type Protocol, transcodedRoute, transcoder } from "./transcoder.ts";

/** The two gateways that are compared. */
export type Gateway = "native" | "ours";
/** The third listener has Envoy's meter before the router, and ai-proxy in the router's chain. */
type ListenerName = Gateway | "both";
/** The provider that a row's model belongs to. */
export type Provider = "claude" | "openai";

const METER = "meter";
const PROTOCOLS = { claude: "ANTHROPIC_MESSAGES", openai: "OPENAI_CHAT_COMPLETIONS" } as const;

/** A running pair of gateways. */
export interface Pair {
  envoy: EnvoyProcess;
  providers: Record<Provider, RunningServer>;
  /** The base URL for a provider, without `/v1`. */
  urlOf(listener: ListenerName, provider: Provider): string;
  close(): Promise<void>;
}

/** Starts both. */
export async function startPair(): Promise<Pair> {
  const providers = { claude: await serve(handleClaude), openai: await serve(dialects.openai.handle) };
  const clusters = (["claude", "openai"] as const).map((name) => clusterFor({ name, port: providers[name].port }));
  const close = async (): Promise<void> => {
    await Promise.all(Object.values(providers).map((provider) => provider.close()));
  };
  try {
    const listeners = [
      listenerFor({ name: "native", ...nativeOptions() }),
      listenerFor({ name: "ours", ...ownOptions() }),
      listenerFor({ name: "both", ...ownOptions("both"), downstream: [meter()], accessLog: BOTH_LOG }),
    ];
    const envoy = await startEnvoy(bootstrapFor(listeners, clusters));
    return {
      envoy,
      providers,
      urlOf: (listener, provider) => `http://127.0.0.1:${envoy.listenerPorts[listener]}/${provider}`,
      close: async () => {
        await envoy.stop();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const handleClaude = (request: ProviderRequest): ProviderReply =>
  anthropicMessages(request, { images: true, maxTemperature: 1, servedModel: (model) => model });

function nativeOptions(): { routes: EnvoyConfig[]; downstream: EnvoyConfig[] } {
  const route = (path: string, client: Protocol, provider: Provider, rewritten: string): EnvoyConfig =>
    transcodedRoute({
      ...{ cluster: provider, path: `/${provider}${path}`, client, provider: PROTOCOLS[provider], rewritten },
      headers: provider === "claude" ? CLAUDE_HEADERS : { authorization: "Bearer sk-provider" },
    });
  return {
    downstream: [transcoder()],
    routes: [
      route("/v1/chat/completions", "OPENAI_CHAT_COMPLETIONS", "claude", "/v1/messages"),
      route("/v1/chat/completions", "OPENAI_CHAT_COMPLETIONS", "openai", "/v1/chat/completions"),
      route("/v1/responses", "OPENAI_RESPONSES", "openai", "/v1/responses"),
      route("/v1/responses", "OPENAI_RESPONSES", "claude", "/v1/messages"),
      route("/v1/messages", "ANTHROPIC_MESSAGES", "openai", "/v1/chat/completions"),
      route("/v1/messages", "ANTHROPIC_MESSAGES", "claude", "/v1/messages"),
    ],
  };
}

function ownOptions(listener: "ours" | "both" = "ours"): { routes: EnvoyConfig[]; upstream: EnvoyConfig[] } {
  const configuration = JSON.stringify({
    providers: (["claude", "openai"] as const).map((type) => ({
      id: type,
      type,
      apiTokens: ["sk-provider"],
      basePath: `/${type}`,
    })),
    activeProviderId: "openai",
  });
  return {
    upstream: [wasmFilter({ plugin: "ai-proxy", wasm: "build/ai-proxy.wasm", configuration })],
    routes: (["claude", "openai"] as const).map((provider) => ({
      ...routeFor({
        name: provider,
        match: { prefix: `/${provider}/` },
        cluster: provider,
        metadata: { "ai-proxy": { config: JSON.stringify({ activeProviderId: provider }) } },
      }),
      ...(listener === "both" ? { typed_per_filter_config: { [METER]: METERED } } : {}),
    })),
  };
}

/** Envoy's filter as a meter alone: it stores the model and the token usage, and leaves the body as it is. */
const meter = (): EnvoyConfig => ({
  name: METER,
  typed_config: {
    "@type": `${MANAGER}.AiProtocolManager`,
    request_handling: { reserialize_body: "DISABLE" },
    response_handling: { token_usage: {} },
    filters: [
      {
        name: "envoy.http.ai_filters.request_info",
        typed_config: { "@type": "type.googleapis.com/envoy.extensions.http.ai_filters.request_info.v3.RequestInfo" },
      },
    ],
  },
});

/** The client and the provider speak OpenAI's chat API. */
const METERED = {
  "@type": `${MANAGER}.AiProtocolManagerPerRoute`,
  request: { llm_protocol: PROTOCOLS.openai },
  response: { llm_protocol: PROTOCOLS.openai },
};

const BOTH_LOG = {
  path: "%TMP%/both.log",
  fields: {
    native_model: "%FILTER_STATE(envoy.ai.model.request:PLAIN)%",
    usage: "%FILTER_STATE(wasm.ai_usage:PLAIN)%",
  },
};
