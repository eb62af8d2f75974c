import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { startEnvoy } from "../../tests/harness/envoy-process.ts";
import type { Bootstrap } from "../gateway/bootstrap.ts";
import { root } from "../plugins.ts";
import { show } from "./show.ts";

const PATH = "/v1/chat/completions";
const CHAT = {
  model: "gpt-4o-mini",
  messages: [{ role: "user", content: "What does gold cost today?" }],
};

/** Shows examples/cached-search in an Envoy of its own: a chat, the same from the cache, and one that is searched for. */
export async function showSearch(): Promise<void> {
  const bootstrap = parse(readFileSync(join(root, "examples/cached-search/envoy.yaml"), "utf8")) as Bootstrap;
  bootstrap.static_resources.listeners[0].address.socket_address.port_value = 0;
  const envoy = await startEnvoy(bootstrap as unknown as Record<string, unknown>);
  try {
    const url = `http://127.0.0.1:${envoy.listenerPorts.gateway}${PATH}`;
    show("a chat that the cache does not have", await ask(url, CHAT));
    show("the same chat, from the cache", await ask(url, CHAT));
    show("a chat that is searched for", await ask(url, { ...CHAT, web_search_options: {} }));
  } finally {
    await envoy.stop();
  }
}

async function ask(url: string, chat: object): Promise<string[]> {
  const body = JSON.stringify(chat);
  const headers = { "content-type": "application/json", authorization: "Bearer YOUR_KEY_FOR_ALICE" };
  const response = await fetch(url, { method: "POST", headers, body });
  const cache = ["x-ai-cache", "age"].flatMap((name) => {
    const value = response.headers.get(name);
    return value === null ? [] : [`< ${name}: ${value}`];
  });
  const { choices } = (await response.json()) as { choices: { message: { content: string } }[] };
  const text = choices[0].message.content.split("\n").map((line) => `< ${line}`.trimEnd());
  return [`> POST ${PATH}`, `> ${body}`, `< ${response.status} ${response.statusText}`, ...cache, ...text];
}
