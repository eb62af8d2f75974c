// SPDX-License-Identifier: Apache-2.0
// https://developers.google.com/custom-search/v1/reference/rest/v1/cse/list
import type { Dialect, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { jsonReply } from "../providers/wire.ts";
import { isKey, isRefusal, isWithin, pagesFor, parametersOf } from "./pages.ts";

const refused = (code: number, status: string): ProviderReply =>
  jsonReply(code, { error: { code, status, message: status } });

/** Google's Custom Search JSON API. */
export const google: Dialect = { name: "google", handle };

function handle(request: ProviderRequest): ProviderReply {
  const query = parametersOf(request, "/customsearch/v1");
  if (isRefusal(query)) return query;
  if (!isKey(query.get("key"))) return refused(400, "INVALID_ARGUMENT");
  const words = query.get("q") ?? "";
  const isRight = isWithin(query.get("num"), 1, 10) && isWithin(query.get("start"), 1, 91);
  if (!words || !query.get("cx") || !isRight || !/^lang_[a-zA-Z-]+$/.test(query.get("lr") ?? "lang_en"))
    return refused(400, "INVALID_ARGUMENT");
  const items = pagesFor(words).map(({ title, url, snippet, text }) => ({
    ...{ title, link: url, snippet },
    pagemap: { metatags: [{ "og:description": text }] },
  }));
  return jsonReply(200, { kind: "customsearch#search", ...(items.length && { items }) });
}
