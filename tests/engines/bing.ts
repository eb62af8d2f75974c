// SPDX-License-Identifier: Apache-2.0
// https://learn.microsoft.com/bing/search-apis/bing-web-search/reference/endpoints
import type { Dialect, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { headerOf, jsonReply } from "../providers/wire.ts";
import { isKey, isRefusal, isWithin, pagesFor, parametersOf } from "./pages.ts";

/** Bing Web Search as it was, and as services with the same API are. */
export const bing: Dialect = { name: "bing", handle };

function handle(request: ProviderRequest): ProviderReply {
  const query = parametersOf(request, "/v7.0/search");
  if (isRefusal(query)) return query;
  if (!isKey(headerOf(request, "ocp-apim-subscription-key")))
    return jsonReply(401, { error: { code: "401", message: "Access denied due to invalid subscription key." } });
  const words = query.get("q") ?? "";
  if (!words || !isWithin(query.get("count"), 1, 50) || !isWithin(query.get("offset"), 0, 10_000))
    return jsonReply(400, { _type: "ErrorResponse", errors: [{ code: "InvalidRequest" }] });
  const value = pagesFor(words).map(({ title, url, snippet }) => ({ name: title, url, snippet, deepLinks: [] }));
  return jsonReply(200, {
    _type: "SearchResponse",
    ...(value.length && { webPages: { totalEstimatedMatches: 2, value } }),
  });
}
