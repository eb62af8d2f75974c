// SPDX-License-Identifier: Apache-2.0
// https://developers.openai.com/api/reference/resources/embeddings
import { bodyOf, isKey, isRefusal } from "../../engines/pages.ts";
import type { Dialect, ProviderReply, ProviderRequest } from "../../providers/types.ts";
import { bearerOf, jsonReply } from "../../providers/wire.ts";
import { only } from "../records.ts";
import { vectorOf } from "../words.ts";

/** OpenAI's embeddings. */
export const openai: Dialect = { name: "embedding-openai", handle };

function handle(request: ProviderRequest): ProviderReply {
  const body = bodyOf(request, "/v1/embeddings");
  if (isRefusal(body)) return body;
  if (!isKey(bearerOf(request)))
    return jsonReply(401, { error: { message: "Incorrect API key provided", code: "invalid_api_key" } });
  const { input, model } = only(body, ["input", "model", "dimensions", "encoding_format", "user"]) ?? {};
  if (typeof input !== "string" || !input || typeof model !== "string" || !model.startsWith("text-embedding-"))
    return jsonReply(400, { error: { message: "invalid input", type: "invalid_request_error" } });
  const data = [{ object: "embedding", index: 0, embedding: vectorOf(input) }];
  return jsonReply(200, { object: "list", data, model, usage: { prompt_tokens: 1, total_tokens: 1 } });
}
