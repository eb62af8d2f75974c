// SPDX-License-Identifier: Apache-2.0
// https://docs.weaviate.io/weaviate/api/graphql/search-operators https://docs.weaviate.io/weaviate/manage-objects/import
import { isKey } from "../../engines/pages.ts";
import type { Dialect, ProviderReply, ProviderRequest } from "../../providers/types.ts";
import { bearerOf, jsonReply, parseObject, pathOf, type JsonObject } from "../../providers/wire.ts";
import { areFields, isVector, only, Records } from "../records.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const QUERY =
  /^\s*\{\s*Get\s*\{\s*(\w+)\s*\(\s*limit:\s*(\d+)[\s,]*nearVector:\s*\{\s*vector:\s*(\[[^\]]*\])\s*\}[\s,]*where:\s*\{\s*path:\s*\["cache_partition"\][\s,]*operator:\s*Equal[\s,]*valueText:\s*"([^"]*)"\s*\}\s*\)\s*\{([\w\s]*)_additional\s*\{\s*distance\s*\}\s*\}\s*\}\s*\}\s*$/;
const records = new Records();
/** The properties of the collection, which Weaviate adds as objects have them. */
const properties = new Set<string>();

/** A Weaviate with a collection `Cache`, whose distance is cosine. */
export const weaviate: Dialect = { name: "vector-weaviate", handle };

function handle(request: ProviderRequest): ProviderReply {
  if (!isKey(bearerOf(request))) return jsonReply(401, { error: [{ message: "anonymous access not enabled" }] });
  const body = parseObject(request.body);
  if (!body || request.method !== "POST") return jsonReply(422, { error: [{ message: "no body" }] });
  if (pathOf(request) === "/v1/batch/objects") return batch(body);
  return pathOf(request) === "/v1/graphql" ? query(body) : jsonReply(404, { code: 404 });
}

function batch(body: JsonObject): ProviderReply {
  const objects = only(body, ["objects", "fields"])?.objects;
  const results = (Array.isArray(objects) ? objects : []).map((object) => {
    const { class: name, id, vector, properties: fields } = only(object, ["class", "id", "vector", "properties"]) ?? {};
    const isGood = name === "Cache" && typeof id === "string" && UUID.test(id) && isVector(vector) && areFields(fields);
    if (!isGood) return { result: { status: "FAILED", errors: { error: [{ message: "invalid object" }] } } };
    for (const property of Object.keys(fields)) properties.add(property);
    records.put({ id, vector, fields });
    return { class: name, id, result: { status: "SUCCESS" } };
  });
  return jsonReply(200, results);
}

function query(body: JsonObject): ProviderReply {
  const [, name, limit, vector, partition, fields = ""] = QUERY.exec(String(body.query)) ?? [];
  const failed = (message: string): ProviderReply => jsonReply(200, { data: null, errors: [{ message }] });
  if (!name) return failed("Syntax Error GraphQL");
  const names = fields.trim().split(/\s+/);
  if (name !== "Cache" || names.some((field) => !properties.has(field))) return failed("Cannot query field");
  const numbers: unknown = JSON.parse(vector);
  if (!isVector(numbers)) return failed("vector lengths don't match");
  const found = records.closest(partition, numbers, Number(limit)).map(({ record, cosine }) => ({
    ...{ _additional: { distance: 1 - cosine } },
    ...Object.fromEntries(names.map((field) => [field, record.fields[field] ?? null])),
  }));
  return jsonReply(200, { data: { Get: { Cache: found } } });
}
