import { openai as moderation } from "../../tests/checkers/openai.ts";
import { dialects } from "../../tests/providers/index.ts";
import { serve, type RunningServer } from "../../tests/providers/server.ts";
import type { ProviderReply, ProviderRequest } from "../../tests/providers/types.ts";
import { SERVICES, type Service } from "./services.ts";

/** The API key that a mock provider gets: it accepts any. */
export const MOCK_KEY = "no-key-the-mock-provider-answers";

/** Mock providers for the services without an API key. */
export interface Mocks {
  /** Their ports by service id. */
  ports: Map<string, number>;
  /** The API keys of all services, with an invented one for each missing key. */
  keys: Map<string, string>;
  close(): Promise<void>;
}

/** Starts a mock provider for every service without an API key, also for the one that `PROVIDER` names. Its streams are slow, so that a user can watch them. */
export async function startMocks(keys: Map<string, string>, delayMs: number, named?: Service): Promise<Mocks> {
  const servers = new Map<string, RunningServer>();
  const services: Service[] = [...SERVICES, ...(named?.keyVariable ? [named] : [])];
  for (const { id, dialect } of services.filter(({ id }) => !keys.has(id))) {
    const { handle } = dialects[dialect];
    const respond = (request: ProviderRequest): ProviderReply =>
      id === "openai" && request.path.startsWith("/v1/moderations") ? moderation.handle(request) : handle(request);
    servers.set(id, await serve((request) => ({ ...respond(request), delayMs })));
  }
  return {
    ports: new Map([...servers].map(([id, server]) => [id, server.port])),
    keys: new Map([...services.map(({ id }) => [id, MOCK_KEY] as const), ...keys]),
    close: async () => void (await Promise.all([...servers.values()].map((server) => server.close()))),
  };
}
