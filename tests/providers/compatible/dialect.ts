// SPDX-License-Identifier: Apache-2.0
import { badRequest, noKey, type OpenAiRefusal, type Spelling, wrongKey } from "../openai-errors.ts";
import { openAiDialect } from "../openai.ts";
import type { Dialect } from "../types.ts";
import { bearerOf, isObject, type JsonObject } from "../wire.ts";
import { FACTS, type Facts } from "./facts.ts";

/** A mock of each provider, as strict as its pages say. */
export const compatibleDialects: Dialect[] = FACTS.map(dialectOf);

function dialectOf(facts: Facts): Dialect {
  const { pathname } = new URL(facts.base);
  const below = Object.values(facts.apis).filter((url) => url.startsWith(facts.base));
  return openAiDialect({
    name: facts.type,
    prefix: pathname,
    lenientFields: "any",
    models: /./,
    listed: [facts.model],
    apis: below.map((url) => url.slice(facts.base.length).replace(/^\/models\/X$/, "/models")),
    ...(facts.limit ? { limitFields: [facts.limit] } : {}),
    checkKey: (request) => {
      if (facts.key === "none") return;
      const key = bearerOf(request);
      if (key === "") throw noKey();
      if (key.includes("invalid")) throw wrongKey(key);
    },
    checkChat: (body) => checkChat(facts, body),
    writeCompletion: (completion) => ({ ...completion, ...facts.success }),
    writeChunks: (chunks, usage) =>
      facts.usage === "always" && !chunks.some(hasUsage) ? withUsage(chunks, usage) : chunks,
    spell: (refusal) => spell(facts, refusal),
  });
}

function checkChat(facts: Facts, body: JsonObject): void {
  const isKept = facts.refuses.keepsFor === body.model;
  const messages = Array.isArray(body.messages) ? body.messages.filter(isObject) : [];
  for (const name of isKept ? [] : facts.refuses.fields) {
    if (!isSentIn(body, messages, name)) continue;
    throw badRequest(`Unsupported parameter: '${name}'.`, name, "unsupported_parameter");
  }
  const unknown = Object.keys(facts.renames).find((name) => isSentIn(body, messages, name));
  if (unknown) throw badRequest(`Extra inputs are not permitted: ${unknown}`, unknown);
  const other = facts.limit === "max_tokens" ? "max_completion_tokens" : "max_tokens";
  if (facts.limit && other in body) throw badRequest(`Extra inputs are not permitted: ${other}`, other);
  if (facts.switch && body.reasoning_effort !== undefined && !facts.switch.keepsEffort) {
    throw badRequest("Extra inputs are not permitted: reasoning_effort", "reasoning_effort");
  }
  const roles = ["system", "user", "assistant", "tool", ...facts.roles];
  const stranger = messages.find(({ role }) => !roles.includes(String(role)));
  if (stranger) throw badRequest(`Unknown role: ${String(stranger.role)}`, "messages");
}

function isSentIn(body: JsonObject, messages: JsonObject[], name: string): boolean {
  const [, field] = /^messages\.(.+)$/.exec(name) ?? [];
  return field ? messages.some((message) => field in message) : name in body;
}

const hasUsage = (chunk: JsonObject): boolean => isObject(chunk.usage);

const withUsage = (chunks: JsonObject[], usage: JsonObject): JsonObject[] =>
  chunks.map((chunk, i) => (i === chunks.length - 1 ? { ...chunk, usage } : chunk));

/** An error with the members that the provider's errors have. */
function spell(facts: Facts, { status, message, error }: OpenAiRefusal): Spelling {
  if (!facts.error) return { status, body: { error } };
  const texts: Record<string, unknown> = { message, error: message, detail: message, type: error.type, param: null };
  const body = Object.entries(facts.error).map(([name, kind]) => {
    if (kind === "number") return [name, status];
    return [name, kind === "text" ? (texts[name] ?? "some_reason") : kind];
  });
  return { status, body: Object.fromEntries(body) };
}
