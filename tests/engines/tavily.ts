// SPDX-License-Identifier: Apache-2.0
// https://docs.tavily.com/documentation/api-reference/endpoint/search
import type { Dialect, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { bearerOf, jsonReply } from "../providers/wire.ts";
import { bodyOf, isKey, isRefusal, isWithin, pagesFor } from "./pages.ts";

const FIELDS = ["query", "max_results", "include_raw_content", "search_depth", "topic", "country", "time_range"];
const refused = (status: number, error: string): ProviderReply => jsonReply(status, { detail: { error } });

/** Tavily. */
export const tavily: Dialect = { name: "tavily", handle };

function handle(request: ProviderRequest): ProviderReply {
  const body = bodyOf(request, "/search");
  if (isRefusal(body)) return body;
  if (!isKey(bearerOf(request))) return refused(401, "Unauthorized: missing or invalid API key.");
  const { query, max_results, include_raw_content: raw = false } = body;
  if (typeof query !== "string" || !query) return refused(400, "Query is missing.");
  if ([...query].length > 400) return refused(400, "Query is too long. Max query length is 400 characters.");
  if (!isWithin(max_results, 0, 20) || ![true, false, "markdown", "text"].includes(raw as boolean))
    return refused(422, "Invalid parameter.");
  if (Object.keys(body).some((name) => !FIELDS.includes(name))) return refused(422, "Unknown parameter.");
  const results = pagesFor(query).map(({ title, url, snippet, text }) => ({
    ...{ url, title, content: snippet, score: 0.9 },
    raw_content: raw ? text : null,
  }));
  return jsonReply(200, { query, answer: null, images: [], results, response_time: 0.1 });
}
