// SPDX-License-Identifier: Apache-2.0
// https://help.aliyun.com/zh/model-studio/text-embedding-synchronous-api
import { bodyOf, isKey, isRefusal } from "../../engines/pages.ts";
import type { Dialect, ProviderReply, ProviderRequest } from "../../providers/types.ts";
import { bearerOf, jsonReply } from "../../providers/wire.ts";
import { only } from "../records.ts";
import { vectorOf } from "../words.ts";

/** DashScope's embeddings. */
export const dashscope: Dialect = { name: "embedding-dashscope", handle };

function handle(request: ProviderRequest): ProviderReply {
  const body = bodyOf(request, "/api/v1/services/embeddings/text-embedding/text-embedding");
  if (isRefusal(body)) return body;
  if (!isKey(bearerOf(request))) return jsonReply(401, { code: "InvalidApiKey", request_id: "1" });
  const texts = only(body.input, ["texts"])?.texts;
  const [text] = Array.isArray(texts) ? texts : [];
  const type = only(body.parameters, ["text_type", "dimension", "output_type"])?.text_type;
  if (!/^text-embedding-v[1-4]$/.test(String(body.model)) || typeof text !== "string" || !text || type !== "query")
    return jsonReply(400, { code: "InvalidParameter", request_id: "1" });
  const embeddings = [{ embedding: vectorOf(text), text_index: 0 }];
  return jsonReply(200, { output: { embeddings }, usage: { total_tokens: 1 }, request_id: "1" });
}
