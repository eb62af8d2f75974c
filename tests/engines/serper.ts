// SPDX-License-Identifier: Apache-2.0
// https://serper.dev/playground
import type { Dialect, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { headerOf, jsonReply } from "../providers/wire.ts";
import { bodyOf, isKey, isRefusal, isWithin, pagesFor } from "./pages.ts";

/** Serper. */
export const serper: Dialect = { name: "serper", handle };

function handle(request: ProviderRequest): ProviderReply {
  const body = bodyOf(request, "/search");
  if (isRefusal(body)) return body;
  if (!isKey(headerOf(request, "x-api-key"))) return jsonReply(403, { message: "Unauthorized.", statusCode: 403 });
  const { q, num, page } = body;
  if (typeof q !== "string" || !q) return jsonReply(400, { message: "Missing query parameter", statusCode: 400 });
  if (!isWithin(num, 1, 100) || !isWithin(page, 1, 100))
    return jsonReply(400, { message: "Invalid parameter", statusCode: 400 });
  const organic = pagesFor(q).map(({ title, url, snippet }, i) => ({ title, link: url, snippet, position: i + 1 }));
  return jsonReply(200, { searchParameters: { q, type: "search", engine: "google" }, organic, credits: 1 });
}
