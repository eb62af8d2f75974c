// SPDX-License-Identifier: Apache-2.0
// https://help.aliyun.com/document_detail/2857020.html
import type { Dialect, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { headerOf, jsonReply } from "../providers/wire.ts";
import { isKey, isRefusal, isWithin, pagesFor, parametersOf } from "./pages.ts";

/** The generic search of Aliyun's Information Query Service. */
export const quark: Dialect = { name: "quark", handle };

function handle(request: ProviderRequest): ProviderReply {
  const query = parametersOf(request, "/search/genericSearch");
  if (isRefusal(query)) return query;
  if (!isKey(headerOf(request, "x-api-key")))
    return jsonReply(403, { code: "InvalidApiKey", message: "Invalid API key." });
  const words = query.get("query") ?? "";
  const isRange = /^(OneDay|OneWeek|OneMonth|OneYear|NoLimit)$/.test(query.get("timeRange") ?? "NoLimit");
  if ([...words].length < 2 || [...words].length > 300 || !isRange || !isWithin(query.get("page"), 1, 100))
    return jsonReply(400, { code: "InvalidParameter", message: "The parameter is invalid." });
  const pageItems = pagesFor(words).map(({ title, url, snippet, text }) => ({
    title,
    link: url,
    snippet,
    mainText: text,
  }));
  return jsonReply(200, {
    requestId: "request-1",
    pageItems,
    sceneItems: [],
    queryContext: { originalQuery: { query: words } },
  });
}
