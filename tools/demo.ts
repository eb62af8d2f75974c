import { startEnvoy } from "../tests/harness/envoy-process.ts";
import { dialects } from "../tests/providers/index.ts";
import { serve } from "../tests/providers/server.ts";
import type { ProviderReply, ProviderRequest } from "../tests/providers/types.ts";
import { streamChat } from "./chat.ts";
import { gatewayConfig } from "./gateway/config.ts";

const KEY = "the-gateway-s-dashscope-key";
const QUESTION = "Hello! Who are you?";
/** Between two events of the provider: slow enough to see the answer come. */
const DELAY_MS = 60;

/** Streams one chat through Envoy, from OpenAI's client to a provider that speaks only DashScope's own protocol. */
async function demo(): Promise<void> {
  const exchanges: { request: ProviderRequest; reply: ProviderReply }[] = [];
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
    const envoy = await startEnvoy(bootstrap as unknown as Record<string, unknown>);
    try {
      const url = `http://127.0.0.1:${envoy.listenerPorts.gateway}/v1`;
      console.log(`OpenAI's client → Envoy with ai-proxy.wasm on ${url} → a mock of DashScope's native API\n`);
      console.log(`question  ${QUESTION}`);
      process.stdout.write("answer    ");
      const chat = await streamChat(url, "gpt-4-turbo", QUESTION, (text) => process.stdout.write(text));
      console.log();
      const { request, reply } = exchanges[0];
      const sent = [`${request.method} ${request.path}`, `host: ${request.authority}`, ...shown(request.headers)];
      show("the client sends", [chat.request.line, ...shown(chat.request.headers), "", chat.request.body]);
      show("the provider receives", [...sent, "", request.body.toString()]);
      show("the provider streams", shortened(reply.chunks.map((chunk) => chunk.toString().trimEnd())));
      show("the client receives", shortened(chat.events));
    } finally {
      await envoy.stop();
    }
  } finally {
    await provider.close();
  }
}

const TELLING = ["authorization", "content-type", "x-dashscope-sse", "accept"];

const shown = (headers: [string, string][]): string[] =>
  headers.filter(([name]) => TELLING.includes(name)).map(([name, value]) => `${name}: ${value}`);

/** The first events, the last ones, and how many lie between. */
function shortened(events: string[]): string[] {
  if (events.length <= 5) return events;
  return [...events.slice(0, 2), `… ${events.length - 4} more …`, ...events.slice(-2)];
}

function show(title: string, lines: string[]): void {
  console.log(`\n── ${title} ${"─".repeat(Math.max(0, 60 - title.length))}\n${lines.join("\n")}`);
}

try {
  await demo();
} catch (error) {
  console.error(`demo: ${(error as Error).message}`);
  process.exitCode = 1;
}
