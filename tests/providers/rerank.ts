// SPDX-License-Identifier: Apache-2.0
import { promptTokens } from "./scenarios.ts";
import { isObject, type JsonObject } from "./wire.ts";

/** Documents, sorted by their relevance to a query. */
export interface Ranking {
  tokens: number;
  body: { results: JsonObject[] };
}

/**
 * Ranks `documents` by the words that they share with `query`. Returns undefined if a field is missing or has a wrong type.
 * `top_n` and `return_documents` have the meaning of every rerank API. Only the order of the results is meaningful.
 */
export function rankDocuments(fields: JsonObject): Ranking | undefined {
  const { query, documents, top_n, return_documents } = fields;
  if (typeof query !== "string" || query === "" || !Array.isArray(documents) || documents.length === 0)
    return undefined;
  const texts = documents.map((document: unknown) => (isObject(document) ? document.text : document));
  if (!texts.every((text) => typeof text === "string")) return undefined;
  const queryWords = new Set(wordsOf(query));
  const results = texts
    .map((text, index) => {
      const shared = wordsOf(text).filter((word) => queryWords.has(word)).length;
      const score = Math.round((10_000 * shared) / (shared + 1)) / 10_000;
      return { index, relevance_score: score, ...(return_documents === true ? { document: { text } } : {}) };
    })
    .sort((a, b) => b.relevance_score - a.relevance_score || a.index - b.index);
  const limit = Number.isInteger(top_n) ? (top_n as number) : results.length;
  return { tokens: promptTokens([query, texts]), body: { results: results.slice(0, limit) } };
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+|[^\x00-\x7f]/g) ?? [];
