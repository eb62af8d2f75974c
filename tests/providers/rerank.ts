// SPDX-License-Identifier: Apache-2.0
import { promptTokens } from "./scenarios.ts";
import { isObject, type JsonObject } from "./wire.ts";

/** Documents in the order of their worth for a query. */
export interface Ranking {
  tokens: number;
  body: { results: JsonObject[] };
}

/**
 * Ranks `documents` by the words that they share with `query`: only the order has to make sense. Nothing where a field
 * is missing or of another type. `top_n` and `return_documents` as in every rerank API.
 */
export function rerankAnswer(fields: JsonObject): Ranking | undefined {
  const { query, documents, top_n, return_documents } = fields;
  if (typeof query !== "string" || query === "" || !Array.isArray(documents) || documents.length === 0)
    return undefined;
  const texts = documents.map((document: unknown) => (isObject(document) ? document.text : document));
  if (!texts.every((text) => typeof text === "string")) return undefined;
  const wanted = new Set(wordsOf(query));
  const results = texts
    .map((text, index) => {
      const shared = wordsOf(text).filter((word) => wanted.has(word)).length;
      const score = Math.round((10_000 * shared) / (shared + 1)) / 10_000;
      return { index, relevance_score: score, ...(return_documents === true ? { document: { text } } : {}) };
    })
    .sort((a, b) => b.relevance_score - a.relevance_score || a.index - b.index);
  const limit = Number.isInteger(top_n) ? (top_n as number) : results.length;
  return { tokens: promptTokens([query, texts]), body: { results: results.slice(0, limit) } };
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+|[^\x00-\x7f]/g) ?? [];
