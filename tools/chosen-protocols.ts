import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { filesIn } from "./files.ts";
import { root } from "./plugins.ts";
import { listedProviders } from "./providers.ts";

/** The file that says which protocols ai-proxy is built with. */
const BUILT = "plugins/ai-proxy/config/built-protocols.ts";

/** The names that PROTOCOLS may have. Chats are in every module: what is translated passes through them, or begins with them. */
const NAMES = ["chat", "messages", "responses", "dashscope"];

/**
 * `built-protocols.ts` for the chosen types of providers (empty for all) and `names`, protocols divided by commas (empty for all): the
 * text that takes the place of the file, by its path. Of the protocols of providers a module has those that its providers speak; of
 * DashScope's own, for which there is a compatible one, only if it is named. Throws an error for an unknown name.
 */
export function chosenProtocols(providers: string[], names: string): Record<string, string> {
  const named = names
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
  const unknown = named.filter((name) => !NAMES.includes(name));
  if (unknown.length > 0) throw new Error(`PROTOCOLS names ${unknown.join(", ")}; there is ${NAMES.join(", ")}`);
  const has = (name: string) => named.length === 0 || named.includes(name);
  const sources = listedProviders()
    .filter(({ id }) => providers.length === 0 || providers.includes(id))
    .map(({ file }) => sourceOf(file))
    .join("");
  const built: Record<string, boolean> = {
    MESSAGES_CLIENTS: has("messages"),
    RESPONSES_CLIENTS: has("responses"),
    MESSAGES_PROVIDERS: sources.includes("ChatProtocol.Messages"),
    GEMINI_PROVIDERS: sources.includes("ChatProtocol.Gemini"),
    DASHSCOPE_PROVIDERS: has("dashscope") && sources.includes("DashScopeReader"),
  };
  return { [BUILT]: withFlags(readFileSync(join(root, BUILT), "utf8"), built) };
}

/** The sources of a provider: its file, or all files of its folder. */
function sourceOf(file: string): string {
  const own = file.endsWith("/index.ts") ? filesIn(dirname(file), ".ts") : [file];
  return own.map((path) => readFileSync(join(root, path), "utf8")).join("");
}

function withFlags(text: string, flags: Record<string, boolean>): string {
  return Object.entries(flags).reduce((rest, [name, value]) => {
    const line = `export const ${name}: bool = true;`;
    if (!rest.includes(line)) throw new Error(`${BUILT} has no ${name}`);
    return rest.replace(line, `export const ${name}: bool = ${value};`);
  }, text);
}
