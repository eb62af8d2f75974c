import { gatewayConfig } from "./gateway/config.ts";
import { engineFor } from "./gateway/engines.ts";
import { startForeground } from "./gateway/foreground.ts";
import { startMocks } from "./gateway/mocks.ts";
import { addPlayground, PLAYGROUND_PATH } from "./gateway/playground.ts";
import { isFree } from "./gateway/ports.ts";
import { type FurtherService, SERVICES, variablesOf } from "./gateway/services.ts";
import { isLoopback, LOOPBACK, readSettings, SettingsError, type Settings } from "./gateway/settings.ts";

/** The time between the events of a mock provider's stream: slow enough to watch. */
const MOCK_DELAY_MS = 40;

async function run(): Promise<number> {
  const settings = readSettings(process.env);
  const { port, listen, defaultService, engine, further, redis } = settings;
  if (!(await isFree(port, listen))) throw new SettingsError(`port ${port} is in use: take another one with PORT=`);
  const mocks = await startMocks(settings.keys, MOCK_DELAY_MS, settings.named);
  try {
    const substitutions = {
      port,
      listen,
      defaultService: defaultService.id,
      keys: mocks.keys,
      mocks: mocks.ports,
      further,
      ...(redis ? { redis } : {}),
    };
    const bootstrap = addPlayground(gatewayConfig(substitutions));
    const gateway = await startForeground(bootstrap, (file) => engineFor(engine, file));
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void gateway.stop());
    if (settings.named) console.log(hint(settings, settings.named));
    else console.log(greeting(settings, gateway.engine.title, gateway.adminPort));
    return await gateway.ended;
  } finally {
    await mocks.close();
  }
}

/** The host for a URL on this machine. */
function hostOf(listen: string): string {
  if (listen === "0.0.0.0" || listen === "::") return LOOPBACK;
  return listen.includes(":") ? `[${listen}]` : listen;
}

/** Describes who can reach the gateway, and which paths need an API key. */
function openness({ port, listen, keys }: Settings): string {
  const who = isLoopback(listen)
    ? `Listens on ${listen}:${port}: only this machine reaches it (LISTEN=0.0.0.0 opens it to the network).`
    : `Listens on ${listen}:${port}: EVERYONE who reaches this machine may ask${keys.size ? ", with your keys" : ""}.`;
  return `${who}
Below /guarded/ it asks for a key of envoy/ai-gateway.yaml, as YOUR_KEY_FOR_CHAT_APP is; every other path is open, and needs none.`;
}

/** One line for the provider that `PROVIDER` names: what to try. */
function hint({ port, listen, keys }: Settings, { id, model, keyVariable, isResponses }: FurtherService): string {
  const who = keyVariable && !keys.has(id) ? `a MOCK of ${id} answers; set API_KEY for the real one` : `${id} answers`;
  const asked = isResponses ? { input: "Hello!" } : { messages: [{ role: "user", content: "Hello!" }] };
  const path = isResponses ? "responses" : "chat/completions";
  const body = JSON.stringify({ model, stream: true, ...asked });
  return `Try (${who}): curl -N http://${hostOf(listen)}:${port}/v1/${path} -H 'content-type: application/json' -d '${body}'`;
}

function greeting(settings: Settings, engine: string, adminPort: number): string {
  const { port, listen, defaultService, keys, further, redis } = settings;
  const budgets = redis
    ? `in Redis at ${redis.host}:${redis.port}`
    : "by this gateway alone; REDIS_URL=redis://… shares them";
  const url = `http://${hostOf(listen)}:${port}`;
  const lineOf = (id: string, who: string): string => `  ${id.padEnd(11)} ${`${url}/${id}/v1`.padEnd(38)} ${who}`;
  const services = SERVICES.map(({ id, keyVariable }) =>
    keys.has(id)
      ? lineOf(id, `the real provider, with the key in ${keyVariable}`)
      : lineOf(id, `a MOCK answers; set ${keyVariable} for the real provider`),
  );
  for (const { service } of further) {
    services.push(lineOf(service.id, `the real provider, by ${variablesOf(service).join(" and ")}`));
  }
  const question = { model: defaultService.model, stream: true, messages: [{ role: "user", content: "Hello!" }] };
  return `
AI gateway on ${url} (${engine}; admin http://127.0.0.1:${adminPort}); Ctrl-C stops it
  default     ${`${url}/v1`.padEnd(38)} ${defaultService.id}
  guarded     ${`${url}/guarded/v1`.padEnd(38)} the same, with a key, limits and token budgets
  budgets     counted ${budgets}
${services.join("\n")}
  in a browser ${`${url}${PLAYGROUND_PATH}`.padEnd(37)} a chat page

${openness(settings)}

In a shell:

  curl -N ${url}/v1/chat/completions -H 'content-type: application/json' \\
    -d '${JSON.stringify(question)}'

In Python (pip install openai):

  from openai import OpenAI
  client = OpenAI(base_url="${url}/v1", api_key="unused")
  for chunk in client.chat.completions.create(model="${defaultService.model}", stream=True,
                                              messages=[{"role": "user", "content": "Hello!"}]):
      print(chunk.choices[0].delta.content or "" if chunk.choices else "", end="", flush=True)
`;
}

try {
  process.exitCode = await run();
} catch (error) {
  console.error(`run: ${(error as Error).message}`);
  process.exitCode = 1;
}
