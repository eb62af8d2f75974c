// SPDX-License-Identifier: Apache-2.0
// https://milvus.io/api-reference/restful/v2.6.x/v2/Vector%20(v2)/Search.md and Insert.md beside it
import { isKey } from "../../engines/pages.ts";
import type { Dialect, ProviderReply, ProviderRequest } from "../../providers/types.ts";
import { bearerOf, jsonReply, parseObject, pathOf, type JsonObject } from "../../providers/wire.ts";
import { areFields, isVector, only, Records } from "../records.ts";

const records = new Records();
let next = 1;
/** Errors have the status 200, too. */
const refused = (code: number, message: string): ProviderReply => jsonReply(200, { code, message });

/** A Milvus with a collection `cache` that numbers its entities, takes fields of any name, and has the metric COSINE. */
export const milvus: Dialect = { name: "vector-milvus", handle };

function handle(request: ProviderRequest): ProviderReply {
  if (!isKey(bearerOf(request))) return refused(1800, "user hasn't authenticated");
  const body = parseObject(request.body);
  if (!body || request.method !== "POST") return refused(1801, "can only accept json format request");
  if (body.collectionName !== "cache") return refused(100, "collection not found");
  if (pathOf(request) === "/v2/vectordb/entities/insert") return insert(body);
  return pathOf(request) === "/v2/vectordb/entities/search" ? search(body) : jsonReply(404, {});
}

function insert(body: JsonObject): ProviderReply {
  const data = only(body, ["collectionName", "data", "dbName", "partitionName"])?.data;
  for (const { vector, ...fields } of (Array.isArray(data) ? data : [{}]) as JsonObject[]) {
    const isTooLong = Object.values(fields).some(
      (field) => typeof field === "string" && Buffer.byteLength(field) > 65_535,
    );
    if (!isVector(vector) || !areFields(fields) || isTooLong || "id" in fields) return refused(1804, "wrong data");
    records.put({ id: String(next++), vector, fields });
  }
  return jsonReply(200, { code: 0, data: { insertCount: 1, insertIds: [next - 1] } });
}

function search(body: JsonObject): ProviderReply {
  const { data, annsField, limit, filter, outputFields } =
    only(body, ["collectionName", "data", "annsField", "limit", "filter", "outputFields"]) ?? {};
  const [vector] = Array.isArray(data) ? data : [];
  const [, partition] = /^cache_partition == "([^"]*)"$/.exec(String(filter)) ?? [];
  if (!isVector(vector) || annsField !== "vector" || typeof limit !== "number" || !partition)
    return refused(65535, "failed to search");
  const names = Array.isArray(outputFields) ? outputFields : [];
  const found = records.closest(partition, vector, limit).map(({ record: { id, fields }, cosine }) => ({
    ...{ id: Number(id), distance: cosine },
    ...Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name))),
  }));
  return jsonReply(200, { code: 0, cost: 0, data: found, topks: [found.length] });
}
