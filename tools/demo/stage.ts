import { configureFilter } from "../../tests/harness/failover.ts";
import { startEnvoy, type EnvoyProcess } from "../../tests/harness/envoy-process.ts";
import { dialects } from "../../tests/providers/index.ts";
import { serve } from "../../tests/providers/server.ts";
import type { ProviderReply, ProviderRequest } from "../../tests/providers/types.ts";
import { gatewayConfig } from "../gateway/config.ts";

const KEY = "the-gateway-s-dashscope-key";
/** The time between two events of the provider: slow enough to watch the response arrive. */
const DELAY_MS = 60;

/** Prices per million tokens in US dollars, from examples/prices. */
const PRICES = { "qwen-max": { input: 1.6, output: 6.4 }, "qwen-turbo": { input: 0.05, output: 0.2 } };

/** envoy/ai-gateway.yaml in a real Envoy, with a mock provider that supports only DashScope's own protocol. */
export interface Stage {
  envoy: EnvoyProcess;
  /** The gateway's address. */
  url: string;
  /** The requests that the provider received, and its responses. */
  exchanges: { request: ProviderRequest; reply: ProviderReply }[];
  close(): Promise<void>;
}

/** Starts the provider and Envoy on free ports. */
export async function startStage(): Promise<Stage> {
  const exchanges: Stage["exchanges"] = [];
  const provider = await serve((request) => {
    const reply = { ...dialects.dashscope.handle(request), delayMs: DELAY_MS };
    exchanges.push({ request, reply });
    return reply;
  });
  try {
    const bootstrap = gatewayConfig({
      port: 0,
      defaultService: "qwen",
      keys: new Map([["qwen", KEY]]),
      mocks: new Map([
        ["qwen", provider.port],
        ["openai", provider.port],
      ]),
      options: { qwen: { qwenEnableCompatible: false } },
    });
    configureFilter(bootstrap, "ai-statistics", { prices: PRICES });
    const envoy = await startEnvoy(bootstrap as unknown as Record<string, unknown>);
    const close = async (): Promise<void> => {
      await envoy.stop();
      await provider.close();
    };
    return { envoy, url: `http://127.0.0.1:${envoy.listenerPorts.gateway}`, exchanges, close };
  } catch (error) {
    await provider.close();
    throw error;
  }
}
