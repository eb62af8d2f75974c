// SPDX-License-Identifier: Apache-2.0
// https://exa.ai/docs/reference/search
import type { Dialect, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { headerOf, isObject, jsonReply } from "../providers/wire.ts";
import { bodyOf, isKey, isRefusal, isWithin, pagesFor } from "./pages.ts";

/** Exa. */
export const exa: Dialect = { name: "exa", handle };

function handle(request: ProviderRequest): ProviderReply {
  const body = bodyOf(request, "/search");
  if (isRefusal(body)) return body;
  if (!isKey(headerOf(request, "x-api-key")))
    return jsonReply(401, { error: "Invalid API key", tag: "INVALID_API_KEY" });
  const { query, numResults, contents } = body;
  if (typeof query !== "string" || !query || !isWithin(numResults, 1, 100) || !isObject(contents ?? {}))
    return jsonReply(400, { error: "Invalid request body", tag: "INVALID_REQUEST_BODY" });
  const { text = false, highlights = false } = (contents ?? {}) as Record<string, unknown>;
  const results = pagesFor(query).map((page) => ({
    ...{ id: page.url, url: page.url, title: page.title, publishedDate: "2026-01-01T00:00:00.000Z", author: null },
    ...(text !== false && { text: page.text }),
    ...(highlights !== false && { highlights: [page.snippet], highlightScores: [0.5] }),
  }));
  return jsonReply(200, { requestId: "request-1", resolvedSearchType: "neural", results });
}
