// SPDX-License-Identifier: Apache-2.0
// https://api.qdrant.tech/api-reference/search/query-points https://api.qdrant.tech/api-reference/points/upsert-points
import { isKey } from "../../engines/pages.ts";
import type { Dialect, ProviderReply, ProviderRequest } from "../../providers/types.ts";
import { headerOf, jsonReply, parseObject, pathOf, type JsonObject } from "../../providers/wire.ts";
import { areFields, isVector, only, Records } from "../records.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const records = new Records();
const refused = (status: number, error: string): ProviderReply => jsonReply(status, { status: { error }, time: 0 });
const accepted = (result: unknown): ProviderReply => jsonReply(200, { result, status: "ok", time: 0.001 });

/** A Qdrant with a collection `cache` whose distance is Cosine. */
export const qdrant: Dialect = { name: "vector-qdrant", handle };

function handle(request: ProviderRequest): ProviderReply {
  if (!isKey(headerOf(request, "api-key"))) return refused(401, "Must provide an API key");
  const body = parseObject(request.body);
  if (!body || headerOf(request, "content-type") !== "application/json")
    return refused(400, "Format error in JSON body");
  const call = `${request.method} ${pathOf(request)}`;
  if (call === "PUT /collections/cache/points") return upsert(body);
  return call === "POST /collections/cache/points/query" ? query(body) : refused(404, "Not found");
}

function upsert(body: JsonObject): ProviderReply {
  const points = only(body, ["points"])?.points;
  for (const point of Array.isArray(points) ? points : [undefined]) {
    const { id, vector, payload } = only(point, ["id", "vector", "payload"]) ?? {};
    if (typeof id !== "string" || !UUID.test(id) || !isVector(vector) || !areFields(payload))
      return refused(400, "Wrong input");
    records.put({ id, vector, fields: payload });
  }
  return accepted({ operation_id: 1, status: "acknowledged" });
}

function query(body: JsonObject): ProviderReply {
  const { query, limit, filter, with_payload } = only(body, ["query", "limit", "filter", "with_payload"]) ?? {};
  const must = only(filter, ["must"])?.must;
  const { key, match } = only(Array.isArray(must) && must.length === 1 ? must[0] : undefined, ["key", "match"]) ?? {};
  const value = only(match, ["value"])?.value;
  if (!isVector(query) || typeof limit !== "number" || key !== "cache_partition" || typeof value !== "string")
    return refused(400, "Wrong input");
  const points = records.closest(value, query, limit).map(({ record, cosine }) => ({
    ...{ id: record.id, version: 1, score: cosine },
    ...(with_payload === true && { payload: record.fields }),
  }));
  return accepted({ points });
}
