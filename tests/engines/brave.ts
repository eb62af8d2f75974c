// SPDX-License-Identifier: Apache-2.0
// https://api-dashboard.search.brave.com/api-reference/web/search/get
import type { Dialect, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { headerOf, jsonReply } from "../providers/wire.ts";
import { isKey, isRefusal, isWithin, pagesFor, parametersOf } from "./pages.ts";

const refused = (status: number, code: string): ProviderReply =>
  jsonReply(status, { type: "ErrorResponse", error: { status, code, detail: code } });

/** Brave Search. */
export const brave: Dialect = { name: "brave", handle };

function handle(request: ProviderRequest): ProviderReply {
  const query = parametersOf(request, "/res/v1/web/search");
  if (isRefusal(query)) return query;
  const key = headerOf(request, "x-subscription-token");
  if (!isKey(key)) return refused(422, "SUBSCRIPTION_TOKEN_INVALID");
  const words = query.get("q") ?? "";
  const isShort = words.length >= 1 && [...words].length <= 400 && words.split(/\s+/).length <= 50;
  const isRight = isWithin(query.get("count"), 1, 20) && isWithin(query.get("offset"), 0, 9);
  const isLanguage = /^(en|en-gb|de|fr|jp|zh-hans|zh-hant|pt-br|pt-pt)$/.test(query.get("search_lang") ?? "en");
  if (!isShort || !isRight || !isLanguage) return refused(422, "VALIDATION");
  const results = pagesFor(words).map(({ title, url, snippet }) => ({
    type: "search_result",
    title,
    url,
    description: query.get("text_decorations") === "false" ? snippet : `<strong>${snippet}</strong>`,
    extra_snippets: ["More of it."],
  }));
  return jsonReply(200, {
    type: "search",
    query: { original: words },
    ...(results.length && { web: { type: "search", results } }),
  });
}
