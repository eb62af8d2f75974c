// SPDX-License-Identifier: Apache-2.0
// One Envoy with a route for each provider, in front of mocks of the providers' own protocols.
import { bootstrapFor, clusterFor, listenerFor, routeFor, wasmFilter } from "../../harness/bootstrap.ts";
import { type EnvoyProcess, startEnvoy } from "../../harness/envoy-process.ts";
import { CLAUDE_HEADERS, transcodedRoute, transcoder } from "../../envoy/native/transcoder.ts";
import { dialects } from "../../providers/index.ts";
import { serve } from "../../providers/server.ts";
import { Lane, type RecordedProvider } from "./lane.ts";
import { PROVIDERS, type Row } from "./rows.ts";

/** The running gateway. */
export interface Gateway {
  /** A client of a row, with the mock of its provider. */
  lane(row: Row): Lane;
  /** The same through Envoy's own transcoder. */
  nativeLane(row: Row): Lane;
  close(): Promise<void>;
}

/** Starts the mocks and Envoy, of a version that has the transcoder or not. */
export async function startGateway(hasNative: boolean): Promise<Gateway> {
  const mocks: Record<string, RecordedProvider> = {};
  let envoy: EnvoyProcess | undefined;
  const close = async (): Promise<void> => {
    await envoy?.stop();
    await Promise.all(Object.values(mocks).map((mock) => mock.close()));
  };
  try {
    for (const [name, { dialect }] of Object.entries(PROVIDERS)) mocks[name] = await recorded(dialect);
    const clusters = Object.entries(mocks).map(([name, { port }]) => clusterFor({ name, port }));
    const listeners = [listener(), ...(hasNative ? [nativeListener()] : [])];
    envoy = await startEnvoy(bootstrapFor(listeners, clusters));
  } catch (error) {
    await close();
    throw error;
  }
  const { listenerPorts } = envoy;
  const laneOf = (row: Row, name: string): Lane =>
    new Lane(row, mocks[row.provider], `http://127.0.0.1:${listenerPorts[name]}/${row.provider}`);
  return { lane: (row) => laneOf(row, "matrix"), nativeLane: (row) => laneOf(row, "native"), close };
}

async function recorded(dialect: string): Promise<RecordedProvider> {
  const server: RecordedProvider = await serve((request) => (server.last = dialects[dialect].handle(request)));
  return server;
}

function listener(): Record<string, unknown> {
  const names = Object.keys(PROVIDERS);
  const providers = names.map((id) => ({
    ...{ id, apiTokens: ["sk-provider-for-tests"], basePath: `/${id}` },
    ...PROVIDERS[id].options,
  }));
  const configuration = JSON.stringify({ providers, activeProviderId: names[0] });
  const routes = names.map((name) =>
    routeFor({
      ...{ name, match: { prefix: `/${name}/` }, cluster: name },
      metadata: { "ai-proxy": { config: JSON.stringify({ activeProviderId: name }) } },
    }),
  );
  const plugin = wasmFilter({ plugin: "ai-proxy", wasm: "build/ai-proxy.wasm", configuration });
  return listenerFor({ name: "matrix", routes, upstream: [plugin] });
}

function nativeListener(): Record<string, unknown> {
  const chat = { path: "/v1/chat/completions", client: "OPENAI_CHAT_COMPLETIONS" } as const;
  const messages = { path: "/v1/messages", client: "ANTHROPIC_MESSAGES" } as const;
  const claude = { provider: "ANTHROPIC_MESSAGES", rewritten: "/v1/messages", headers: CLAUDE_HEADERS } as const;
  const gemini = { provider: "GEMINI_GENERATE_CONTENT", headers: { "x-goog-api-key": "sk-provider" } } as const;
  const openai = {
    ...({ provider: "OPENAI_CHAT_COMPLETIONS", rewritten: "/v1/chat/completions" } as const),
    headers: { authorization: "Bearer sk-provider" },
  };
  const routes = [
    { cluster: "claude", ...chat, ...claude },
    { cluster: "gemini", ...chat, ...gemini },
    { cluster: "openai", ...messages, ...openai },
    { cluster: "gemini", ...messages, ...gemini },
  ];
  return listenerFor({
    name: "native",
    routes: routes.map((route) => transcodedRoute({ ...route, path: `/${route.cluster}${route.path}` })),
    downstream: [transcoder()],
  });
}
