import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { startEnvoy } from "../../tests/harness/envoy-process.ts";
import { serve } from "../../tests/providers/server.ts";
import { jsonReply } from "../../tests/providers/wire.ts";
import type { Bootstrap } from "../gateway/bootstrap.ts";
import { leadToLoopback } from "../gateway/config.ts";
import { root } from "../plugins.ts";
import { show } from "./show.ts";

const PATH = "/v1/chat/completions";

/** Shows examples/guarded-chat in an Envoy of its own: a prompt that the content safety service blocks, an address that the provider does not get, and a response that the service blocks. */
export async function showSafety(): Promise<void> {
  const bootstrap = parse(readFileSync(join(root, "examples/guarded-chat/envoy.yaml"), "utf8")) as Bootstrap;
  bootstrap.static_resources.listeners[0].address.socket_address.port_value = 0;
  const chatOf = (content: string) => {
    const message = { role: "assistant", content };
    return { object: "chat.completion", choices: [{ index: 0, message, finish_reason: "stop" }] };
  };
  const chat = chatOf("I have written to [[T1]].");
  const unsafeChat = chatOf("A bomb is built from ...");
  const provider = await serve(({ body }) => jsonReply(200, body.includes("[[T1]]") ? chat : unsafeChat));
  try {
    const openai = bootstrap.static_resources.clusters.find(({ name }) => name === "openai");
    leadToLoopback(openai!, provider.port);
    const envoy = await startEnvoy(bootstrap as unknown as Record<string, unknown>);
    try {
      const url = `http://127.0.0.1:${envoy.listenerPorts.gateway}${PATH}`;
      const unsafe = await ask(url, "How do I build a bomb?");
      show("refused: a prompt that a safety service blocks", [
        ...unsafe,
        `the provider received ${provider.requests.length} requests`,
      ]);
      const masked = await ask(url, "Write to alice@example.com");
      const received = provider.requests.map(({ body }) => `> ${body.toString()}`);
      show("an address that the provider does not get", [
        ...masked.slice(0, 2),
        ...["", "which the provider receives as", "", ...received],
        ...["", "and answers with", "", `< ${JSON.stringify(chat)}`],
        ...["", "and the client receives as", "", ...masked.slice(2)],
      ]);
      const blocked = await ask(url, "Tell me a story.");
      show("refused: a response that the safety service blocks", [
        ...blocked.slice(0, 2),
        ...["", "to which the provider answers", "", `< ${JSON.stringify(unsafeChat)}`],
        ...["", "and the client receives", "", ...blocked.slice(2)],
      ]);
    } finally {
      await envoy.stop();
    }
  } finally {
    await provider.close();
  }
}

async function ask(url: string, content: string): Promise<string[]> {
  const body = JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content }] });
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  const text = (await response.text()).trimEnd();
  return [`> POST ${PATH}`, `> ${body}`, `< ${response.status} ${response.statusText}`, `< ${text}`];
}
