// SPDX-License-Identifier: Apache-2.0
// https://help.aliyun.com/en/document_detail/2510319.html https://help.aliyun.com/en/document_detail/2510320.html
import { isKey } from "../../engines/pages.ts";
import type { Dialect, ProviderReply, ProviderRequest } from "../../providers/types.ts";
import { headerOf, jsonReply, parseObject, pathOf, type JsonObject } from "../../providers/wire.ts";
import { areFields, isVector, only, Records } from "../records.ts";

const records = new Records();
/** Errors have the status 200, too. */
const refused = (code: number, message: string): ProviderReply => jsonReply(200, { request_id: "1", code, message });
const accepted = (output: unknown): ProviderReply =>
  jsonReply(200, { request_id: "1", code: 0, message: "Success", output });

/** A cluster of DashVector with a collection `cache` whose metric is cosine: scores are distances. */
export const dashvector: Dialect = { name: "vector-dashvector", handle };

function handle(request: ProviderRequest): ProviderReply {
  if (request.authority !== "cluster.dashvector.example") return jsonReply(404, {});
  if (!isKey(headerOf(request, "dashvector-auth-token"))) return refused(-2052, "Unauthorized");
  const body = parseObject(request.body);
  if (!body || request.method !== "POST") return refused(-2000, "Invalid argument");
  if (pathOf(request) === "/v1/collections/cache/docs/upsert") return upsert(body);
  return pathOf(request) === "/v1/collections/cache/query" ? query(body) : refused(-2021, "Inexistent collection");
}

function upsert(body: JsonObject): ProviderReply {
  const docs = only(body, ["docs", "partition"])?.docs;
  for (const doc of Array.isArray(docs) ? docs : [undefined]) {
    const { id, vector, fields } = only(doc, ["id", "vector", "fields"]) ?? {};
    if (typeof id !== "string" || !/^[\w\-!@#$%+=.]{1,64}$/.test(id) || !isVector(vector) || !areFields(fields))
      return refused(-2036, "Invalid field");
    records.put({ id, vector, fields });
  }
  return accepted([{ doc_op: "insert", id: "1", code: 0, message: "" }]);
}

function query(body: JsonObject): ProviderReply {
  const { vector, topk, filter } =
    only(body, ["vector", "topk", "filter", "include_vector", "partition", "output_fields"]) ?? {};
  const [, partition] = /^cache_partition = '([^']*)'$/.exec(String(filter)) ?? [];
  if (!isVector(vector) || typeof topk !== "number" || topk < 1 || !partition) return refused(-2036, "Invalid filter");
  const found = records.closest(partition, vector, topk);
  return accepted(found.map(({ record: { id, fields }, cosine }) => ({ id, fields, score: 1 - cosine })));
}
