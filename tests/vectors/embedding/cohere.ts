// SPDX-License-Identifier: Apache-2.0
// https://docs.cohere.com/reference/embed
import { bodyOf, isKey, isRefusal } from "../../engines/pages.ts";
import type { Dialect, ProviderReply, ProviderRequest } from "../../providers/types.ts";
import { bearerOf, jsonReply } from "../../providers/wire.ts";
import { vectorOf } from "../words.ts";

const INPUT_TYPES = ["search_document", "search_query", "classification", "clustering"];

/** Cohere's embeddings. */
export const cohere: Dialect = { name: "embedding-cohere", handle };

function handle(request: ProviderRequest): ProviderReply {
  const body = bodyOf(request, "/v2/embed");
  if (isRefusal(body)) return body;
  if (!isKey(bearerOf(request))) return jsonReply(401, { message: "invalid api token" });
  const { texts, model, input_type, embedding_types, truncate = "END" } = body;
  const [text] = Array.isArray(texts) ? texts : [];
  if (!/^embed-.*v[34]\.0$/.test(String(model))) return jsonReply(404, { message: `model '${model}' not found` });
  if (
    typeof text !== "string" ||
    !INPUT_TYPES.includes(String(input_type)) ||
    !["NONE", "END"].includes(String(truncate))
  )
    return jsonReply(400, { message: "invalid request" });
  const types = Array.isArray(embedding_types) ? embedding_types : ["float"];
  const embeddings = Object.fromEntries(types.map((type) => [type, [vectorOf(text)]]));
  return jsonReply(200, { id: "1", texts, embeddings, meta: { api_version: { version: "2" } } });
}
