// SPDX-License-Identifier: Apache-2.0
// https://docs.trychroma.com/reference/chroma-reference and the OpenAPI document of Chroma 1.5.9, which tests/chroma runs.
import { isKey } from "../../engines/pages.ts";
import type { Dialect, ProviderReply, ProviderRequest } from "../../providers/types.ts";
import { headerOf, jsonReply, parseObject, pathOf, type JsonObject } from "../../providers/wire.ts";
import { areFields, isVector, only, Records } from "../records.ts";

const COLLECTION = "/api/v2/tenants/default_tenant/databases/default_database/collections";
const ID = "5c9f3c1e-2b7a-4d55-9d6a-0c8d7e6f5a4b";
const records = new Records();
const refused = (status: number, error: string): ProviderReply => jsonReply(status, { error, message: error });
const first = (value: unknown): unknown => (Array.isArray(value) && value.length === 1 ? value[0] : undefined);

/** A Chroma with a collection `cache`, whose distance is the square of Euclid's. */
export const chroma: Dialect = { name: "vector-chroma", handle };

function handle(request: ProviderRequest): ProviderReply {
  if (!isKey(headerOf(request, "x-chroma-token"))) return refused(401, "Unauthorized");
  const path = pathOf(request);
  if (path === `${COLLECTION}/cache` && request.method === "GET") return jsonReply(200, { id: ID, name: "cache" });
  const body = parseObject(request.body);
  if (!body || request.method !== "POST") return refused(400, "InvalidArgumentError");
  if (path === `${COLLECTION}/${ID}/upsert`) return upsert(body);
  return path === `${COLLECTION}/${ID}/query` ? query(body) : refused(404, "NotFoundError");
}

function upsert(body: JsonObject): ProviderReply {
  const {
    ids,
    embeddings,
    metadatas,
    documents = [""],
  } = only(body, ["ids", "embeddings", "metadatas", "documents", "uris"]) ?? {};
  const [id, vector, fields, document] = [ids, embeddings, metadatas, documents].map(first);
  if (typeof id !== "string" || !isVector(vector) || !areFields(fields) || typeof document !== "string")
    return refused(400, "InvalidArgumentError");
  records.put({ id, vector, fields: { ...fields, document } });
  return jsonReply(200, {});
}

function query(body: JsonObject): ProviderReply {
  const { query_embeddings, n_results, where, include } =
    only(body, ["query_embeddings", "n_results", "where", "include", "ids", "where_document"]) ?? {};
  const vector = first(query_embeddings);
  const partition = only(where, ["cache_partition"])?.cache_partition;
  if (!isVector(vector) || typeof n_results !== "number" || typeof partition !== "string" || !Array.isArray(include))
    return refused(422, "InvalidArgumentError");
  const found = records.closest(partition, vector, n_results);
  const of = (name: string, values: unknown[]): unknown => (include.includes(name) ? [values] : null);
  return jsonReply(200, {
    ids: [found.map(({ record }) => record.id)],
    embeddings: null,
    documents: of(
      "documents",
      found.map(({ record }) => record.fields.document || null),
    ),
    uris: null,
    metadatas: of(
      "metadatas",
      found.map(
        ({
          record: {
            fields: { document: _, ...fields },
          },
        }) => fields,
      ),
    ),
    distances: of(
      "distances",
      found.map(({ cosine }) => 2 - 2 * cosine),
    ),
    include,
  });
}
