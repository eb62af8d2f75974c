import { streamChat } from "../chat.ts";
import { show, shortened, tellingHeaders } from "./show.ts";
import type { Stage } from "./stage.ts";

const QUESTION = "Hello! Who are you?";

/** Streams one chat with OpenAI's client, and shows the messages on both sides of the gateway. */
export async function showChat({ url, exchanges }: Stage): Promise<void> {
  console.log(`OpenAI's client → Envoy with ai-proxy.wasm on ${url}/v1 → a mock of DashScope's native API\n`);
  console.log(`question  ${QUESTION}`);
  process.stdout.write("answer    ");
  const chat = await streamChat(`${url}/v1`, "gpt-4-turbo", QUESTION, (text) => process.stdout.write(text));
  console.log();
  const { request, reply } = exchanges.at(-1)!;
  const sent = [`${request.method} ${request.path}`, `host: ${request.authority}`, ...tellingHeaders(request.headers)];
  show("the client sends", [chat.request.line, ...tellingHeaders(chat.request.headers), "", chat.request.body]);
  show("the provider receives", [...sent, "", request.body.toString()]);
  show("the provider streams", shortened(reply.chunks.map((chunk) => chunk.toString().trimEnd())));
  show("the client receives", shortened(chat.events));
}
