import { namesIn, sourcesOf, withFlags } from "./chosen-flags.ts";

/** The file that says which protocols ai-proxy is built with. */
const BUILT = "plugins/ai-proxy/config/built-protocols.ts";

/** The names that PROTOCOLS may have. Chats are in every module: what is translated passes through them, or begins with them. */
const NAMES = ["chat", "messages", "responses", "dashscope"];

/**
 * `built-protocols.ts` for the chosen types of providers (empty for all) and `names`, protocols divided by commas: the text that takes
 * the place of the file, by its path. Without names a module for chosen providers has chats alone, one for all providers every
 * protocol. Of the protocols of providers it has those that its providers speak; of DashScope's own, for which there is a
 * compatible one, only if it is named. Throws an error for an unknown name.
 */
export function chosenProtocols(providers: string[], names: string): Record<string, string> {
  const named = namesIn("PROTOCOLS", names || (providers.length ? "chat" : NAMES.join()), NAMES);
  const sources = sourcesOf(providers);
  return withFlags(BUILT, {
    MESSAGES_CLIENTS: named.includes("messages"),
    RESPONSES_CLIENTS: named.includes("responses"),
    MESSAGES_PROVIDERS: sources.includes("ChatProtocol.Messages"),
    GEMINI_PROVIDERS: sources.includes("ChatProtocol.Gemini"),
    DASHSCOPE_PROVIDERS: named.includes("dashscope") && sources.includes("DashScopeReader"),
  });
}
