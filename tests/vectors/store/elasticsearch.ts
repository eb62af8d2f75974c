// SPDX-License-Identifier: Apache-2.0
// https://www.elastic.co/docs/solutions/search/vector/knn https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-index
import type { Dialect, ProviderReply, ProviderRequest } from "../../providers/types.ts";
import { headerOf, jsonReply, parseObject, pathOf, type JsonObject } from "../../providers/wire.ts";
import { areFields, isVector, only, Records } from "../records.ts";

const records = new Records();
const refused = (status: number, type: string): ProviderReply =>
  jsonReply(status, { error: { type, reason: type }, status });

/** An Elasticsearch with an index `cache`, whose `embedding` has the similarity `cosine`, for the user `elastic` or an API key. */
export const elasticsearch: Dialect = { name: "vector-elasticsearch", handle };

function handle(request: ProviderRequest): ProviderReply {
  const [scheme, credentials = ""] = headerOf(request, "authorization").split(" ");
  const isUser = scheme === "Basic" && Buffer.from(credentials, "base64").toString() === "elastic:secret-of-elastic";
  if (!isUser && !(scheme === "ApiKey" && credentials === "key-of-elastic")) return refused(401, "security_exception");
  const body = parseObject(request.body);
  if (!body || headerOf(request, "content-type") !== "application/json") return refused(400, "parse_exception");
  const [, index, action, id] = pathOf(request).split("/");
  if (index !== "cache") return refused(404, "index_not_found_exception");
  if (request.method === "PUT" && action === "_doc" && id) return put(id, body);
  return request.method === "POST" && action === "_search" ? search(body) : refused(405, "method_not_allowed");
}

function put(id: string, { embedding, ...fields }: JsonObject): ProviderReply {
  if (!isVector(embedding) || !areFields(fields)) return refused(400, "document_parsing_exception");
  records.put({ id, vector: embedding, fields });
  return jsonReply(201, { _index: "cache", _id: id, _version: 1, result: "created" });
}

function search(body: JsonObject): ProviderReply {
  const { knn, size, _source } = only(body, ["knn", "size", "_source"]) ?? {};
  const { field, query_vector, k, num_candidates, filter } =
    only(knn, ["field", "query_vector", "k", "num_candidates", "filter"]) ?? {};
  const partition = only(only(filter, ["term"])?.term, ["cache_partition"])?.cache_partition;
  if (field !== "embedding" || !isVector(query_vector) || !((k as number) <= (num_candidates as number)))
    return refused(400, "x_content_parse_exception");
  if (typeof partition !== "string" || !Array.isArray(_source)) return refused(400, "parsing_exception");
  const hits = records.closest(partition, query_vector, Math.min(size as number, k as number));
  const fieldsOf = (fields: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => _source.includes(name)));
  return jsonReply(200, {
    ...{ took: 1, timed_out: false },
    hits: {
      total: { value: hits.length, relation: "eq" },
      hits: hits.map(({ record: { id, fields }, cosine }) => ({
        ...{ _index: "cache", _id: id, _score: (1 + cosine) / 2, _source: fieldsOf(fields) },
      })),
    },
  });
}
