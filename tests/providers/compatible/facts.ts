// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** The APIs that a provider may have, with the client's request for each. */
export const CLIENT_PATHS = {
  chat: "/v1/chat/completions",
  completions: "/v1/completions",
  embeddings: "/v1/embeddings",
  models: "/v1/models",
  model: "/v1/models/X",
  responses: "/v1/responses",
  messages: "/v1/messages",
  countTokens: "/v1/messages/count_tokens",
  rerank: "/v1/rerank",
  images: "/v1/images/generations",
  speech: "/v1/audio/speech",
  transcription: "/v1/audio/transcriptions",
  translation: "/v1/audio/translations",
} as const;

/** The name of an API. */
export type ApiName = keyof typeof CLIENT_PATHS;

/** How a model's reasoning is written. */
export type ReasoningForm = "reasoning_content" | "reasoning" | "think" | "parts";

/** What the public pages say about one provider. */
export interface Facts {
  type: string;
  /** The page with the host and the base. */
  page: string;
  base: string;
  /** The options of the configuration without which the provider has no address. */
  options: Record<string, string>;
  /** The URL of each API. */
  apis: Partial<Record<ApiName, string>>;
  /** `none`: no API key is needed. */
  key: "bearer" | "none";
  /** The header of the API key for all but chats, where it is not `authorization`. */
  messagesKey?: string;
  /** A model of the provider. */
  model: string;
  /** The fields of a chat that are refused. For `keepsFor`, a model, they are not. */
  refuses: { page?: string; fields: string[]; keepsFor?: string };
  /** The only field that limits the output; both are known by default. */
  limit?: "max_tokens" | "max_completion_tokens";
  /** OpenAI's names of fields, and the provider's; `messages.x` is the field `x` of each message. */
  renames: Record<string, string>;
  /** Roles beside `system`, `user`, `assistant` and `tool`. */
  roles: string[];
  /** Whether a stream has its usage without being asked. */
  usage: "asked" | "always";
  /** A comment that keeps a stream alive. */
  comment?: string;
  /** The members of an error, `text` or `number`; by default OpenAI's. */
  error?: Record<string, string>;
  /** The body of a failed request of status 200. */
  failure?: Record<string, unknown>;
  /** What a successful response has in its place. */
  success: Record<string, unknown>;
  switch?: { page: string; field: "thinking" | "enable_thinking"; keepsEffort?: boolean };
  reasoning: { page?: string; forms: ReasoningForm[] };
}

const folder = join(import.meta.dirname, "facts");

/**
 * The facts of every provider, from `facts/<type>.yaml`. They are written from the public pages and never from the files in
 * plugins/ai-proxy/providers, so that the two can disagree. A path of an API that begins with a slash is below `base`.
 */
export const FACTS: Facts[] = readdirSync(folder).map((file) => {
  const known = { options: {}, key: "bearer", refuses: { fields: [] }, renames: {}, roles: [], usage: "asked" };
  const facts = parse(readFileSync(join(folder, file), "utf8")) as Partial<Facts>;
  const type = file.replace(/\.yaml$/, "");
  const merged = { ...known, success: {}, reasoning: { forms: [] }, ...facts, type } as Facts;
  merged.apis = Object.fromEntries(
    Object.entries(merged.apis).map(([name, path]) => [name, path.startsWith("/") ? merged.base + path : path]),
  );
  return merged;
});
