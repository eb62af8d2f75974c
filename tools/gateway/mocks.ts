import { dialects } from "../../tests/providers/index.ts";
import { serve, type RunningServer } from "../../tests/providers/server.ts";
import { SERVICES } from "./services.ts";

/** What a mock provider is sent as a key: it takes any. */
export const MOCK_KEY = "no-key-the-mock-provider-answers";

/** Mock providers in place of those that have no key. */
export interface Mocks {
  /** Their ports by service id. */
  ports: Map<string, number>;
  /** The keys of all services, with a made-up one where there was none. */
  keys: Map<string, string>;
  close(): Promise<void>;
}

/** Starts a mock provider for every service without a key; its streams take their time, so that one sees them come. */
export async function startMocks(keys: Map<string, string>, delayMs: number): Promise<Mocks> {
  const servers = new Map<string, RunningServer>();
  for (const { id, dialect } of SERVICES.filter(({ id }) => !keys.has(id))) {
    servers.set(id, await serve((request) => ({ ...dialects[dialect].handle(request), delayMs })));
  }
  return {
    ports: new Map([...servers].map(([id, server]) => [id, server.port])),
    keys: new Map([...SERVICES.map(({ id }) => [id, MOCK_KEY] as const), ...keys]),
    close: async () => void (await Promise.all([...servers.values()].map((server) => server.close()))),
  };
}
