// SPDX-License-Identifier: Apache-2.0
// https://www.elastic.co/docs/reference/elasticsearch/rest-apis/retrievers/rrf-retriever
import type { Dialect, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { headerOf, isObject, jsonReply, type JsonObject } from "../providers/wire.ts";
import { bodyOf, isRefusal, isWithin, pagesFor } from "./pages.ts";

const refused = (status: number, type: string): ProviderReply =>
  jsonReply(status, { error: { type, reason: type }, status });
const only = (value: unknown, key: string): unknown =>
  isObject(value) && Object.keys(value).length === 1 ? value[key] : undefined;

/** Elasticsearch with an index `papers`, for the user `elastic`. */
export const elasticsearch: Dialect = { name: "elasticsearch", handle };

function handle(request: ProviderRequest): ProviderReply {
  const body = bodyOf(request, "/papers/_search");
  if (isRefusal(body)) return body;
  const basic = /^Basic (.+)$/.exec(headerOf(request, "authorization"))?.[1] ?? "";
  if (Buffer.from(basic, "base64").toString() !== "elastic:secret-of-elastic")
    return refused(401, "security_exception");
  const parameters = new URL(request.path, "http://engine").searchParams;
  const size = Number(parameters.get("size") ?? 10);
  if (!isWithin(size, 0, 10_000) || !isWithin(parameters.get("from"), 0, 10_000))
    return refused(400, "illegal_argument_exception");
  const words = wordsOf(only(body, "retriever"), size);
  if (words === undefined) return refused(400, "parsing_exception");
  const hits = pagesFor(words).map(({ title, url, text }, i) => ({
    ...{ _index: "papers", _id: String(i), _score: 1 },
    _source: { meta: { title, url }, body: text, vector: { text } },
  }));
  return jsonReply(200, { took: 1, timed_out: false, hits: { total: { value: hits.length, relation: "eq" }, hits } });
}

/** The words of a retriever: `standard`, or `rrf` over a match and a semantic query. */
function wordsOf(retriever: unknown, size: number): string | undefined {
  const match = (value: unknown): unknown => only(only(only(only(value, "standard"), "query"), "match"), "body");
  const single = match(retriever);
  if (typeof single === "string") return single;
  const rrf = only(retriever, "rrf") as JsonObject | undefined;
  const window = rrf?.rank_window_size ?? size;
  const [first, second, ...others] = Array.isArray(rrf?.retrievers) ? rrf.retrievers : [];
  const semantic = only(only(only(second, "standard"), "query"), "semantic");
  if (others.length || !isObject(semantic) || semantic.field !== "vector" || !((window as number) >= size))
    return undefined;
  const words = match(first);
  return typeof words === "string" && semantic.query === words ? words : undefined;
}
