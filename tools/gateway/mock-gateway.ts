import { gatewayConfig } from "./config.ts";
import { engineFor } from "./engines.ts";
import { startForeground } from "./foreground.ts";
import { startMocks } from "./mocks.ts";
import { freePort } from "./ports.ts";
import { SERVICES } from "./services.ts";
import type { Settings } from "./settings.ts";

/** A gateway on a free port with mock providers only. */
export interface MockGateway {
  /** The process that runs it. */
  title: string;
  /** Ends with `/v1`. */
  url: string;
  /** A model to request. */
  model: string;
  close(): Promise<void>;
}

/** Starts the gateway of `make run` without any provider's API key, with the given engine. */
export async function startMockGateway(engine: Settings["engine"]): Promise<MockGateway> {
  const [service] = SERVICES;
  const mocks = await startMocks(new Map(), 0);
  try {
    const port = await freePort();
    const bootstrap = gatewayConfig({ port, defaultService: service.id, keys: mocks.keys, mocks: mocks.ports });
    // It serves one chat; log lines would interrupt its text.
    bootstrap.static_resources.listeners[0].filter_chains[0].filters[0].typed_config.access_log = [];
    const gateway = await startForeground(bootstrap, (file) => engineFor(engine, file));
    return {
      title: gateway.engine.title,
      url: `http://127.0.0.1:${port}/v1`,
      model: service.model,
      close: async () => {
        await gateway.stop();
        await mocks.close();
      },
    };
  } catch (error) {
    await mocks.close();
    throw error;
  }
}
