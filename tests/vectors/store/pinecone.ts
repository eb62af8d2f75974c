// SPDX-License-Identifier: Apache-2.0
// https://docs.pinecone.io/reference/api/2025-04/data-plane/query https://docs.pinecone.io/reference/api/2025-04/data-plane/upsert
import { isKey } from "../../engines/pages.ts";
import type { Dialect, ProviderReply, ProviderRequest } from "../../providers/types.ts";
import { headerOf, jsonReply, parseObject, pathOf, type JsonObject } from "../../providers/wire.ts";
import { areFields, isVector, only, Records } from "../records.ts";

const MOST_METADATA_BYTES = 40_960;
const namespaces = new Map<string, Records>();
const refused = (status: number, message: string): ProviderReply =>
  jsonReply(status, { code: 3, message, details: [] });

/** An index of Pinecone whose metric is cosine. */
export const pinecone: Dialect = { name: "vector-pinecone", handle };

function handle(request: ProviderRequest): ProviderReply {
  if (request.authority !== "index.svc.pinecone.example") return refused(404, "Not found");
  if (!isKey(headerOf(request, "api-key"))) return refused(401, "Invalid API Key");
  const body = parseObject(request.body);
  if (!body || request.method !== "POST") return refused(400, "Invalid request");
  if (pathOf(request) === "/vectors/upsert") return upsert(body);
  return pathOf(request) === "/query" ? query(body) : refused(404, "Not found");
}

function recordsOf(namespace: unknown): Records {
  const name = typeof namespace === "string" ? namespace : "";
  return namespaces.get(name) ?? namespaces.set(name, new Records()).get(name)!;
}

function upsert(body: JsonObject): ProviderReply {
  const { vectors, namespace } = only(body, ["vectors", "namespace"]) ?? {};
  for (const vector of Array.isArray(vectors) ? vectors : [undefined]) {
    const { id, values, metadata } = only(vector, ["id", "values", "sparseValues", "metadata"]) ?? {};
    if (typeof id !== "string" || !isVector(values) || !areFields(metadata)) return refused(400, "Invalid vector");
    if (JSON.stringify(metadata).length > MOST_METADATA_BYTES) return refused(400, "Metadata size exceeds the limit");
    recordsOf(namespace).put({ id, vector: values, fields: metadata });
  }
  return jsonReply(200, { upsertedCount: 1 });
}

function query(body: JsonObject): ProviderReply {
  const { namespace, vector, topK, includeMetadata, filter } =
    only(body, ["namespace", "vector", "topK", "includeMetadata", "includeValues", "filter", "id"]) ?? {};
  const partition = only(only(filter, ["cache_partition"])?.cache_partition, ["$eq"])?.$eq;
  if (!isVector(vector) || typeof topK !== "number" || typeof partition !== "string")
    return refused(400, "Invalid query");
  const matches = recordsOf(namespace)
    .closest(partition, vector, topK)
    .map(({ record: { id, fields }, cosine }) => ({
      ...{ id, score: cosine, values: [] },
      ...(includeMetadata === true && { metadata: fields }),
    }));
  return jsonReply(200, { results: [], matches, namespace: namespace ?? "", usage: { readUnits: 1 } });
}
