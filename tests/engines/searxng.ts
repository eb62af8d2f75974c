// SPDX-License-Identifier: Apache-2.0
// https://docs.searxng.org/dev/search_api.html
import type { Dialect, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { jsonReply } from "../providers/wire.ts";
import { isRefusal, isWithin, pagesFor, parametersOf } from "./pages.ts";

/** SearXNG with `json` among its formats. */
export const searxng: Dialect = { name: "searxng", handle };

function handle(request: ProviderRequest): ProviderReply {
  const query = parametersOf(request, "/search");
  if (isRefusal(query)) return query;
  if (query.get("format") !== "json") return jsonReply(403, { error: "the format is not active" });
  const words = query.get("q");
  if (!words) return jsonReply(400, { error: "No query" });
  if (!isWithin(query.get("pageno"), 1, 1000)) return jsonReply(400, { error: "Invalid value for parameter pageno" });
  if (!/^([a-z]{2,3}(-[A-Za-z]+)?|all|auto)$/.test(query.get("language") ?? "all"))
    return jsonReply(400, { error: "Invalid value for parameter language" });
  const results = pagesFor(words).map(({ title, url, snippet }) => ({
    url,
    title,
    content: snippet,
    engine: "mock",
    score: 1,
  }));
  return jsonReply(200, { query: words, number_of_results: results.length, results, answers: [], suggestions: [] });
}
