// SPDX-License-Identifier: Apache-2.0
// https://learn.microsoft.com/en-us/azure/ai-services/openai/reference#embeddings
import { bodyOf, isKey, isRefusal } from "../../engines/pages.ts";
import type { Dialect, ProviderReply, ProviderRequest } from "../../providers/types.ts";
import { headerOf, jsonReply } from "../../providers/wire.ts";
import { vectorOf } from "../words.ts";

/** A resource of Azure OpenAI with a deployment `small`. */
export const azure: Dialect = { name: "embedding-azure", handle };

function handle(request: ProviderRequest): ProviderReply {
  if (request.authority !== "resource.openai.azure.com") return jsonReply(404, { error: { code: "404" } });
  const body = bodyOf(request, "/openai/deployments/small/embeddings");
  if (isRefusal(body)) return body;
  if (!isKey(headerOf(request, "api-key"))) return jsonReply(401, { error: { code: "401" } });
  if (!new URL(request.path, "http://azure").searchParams.get("api-version"))
    return jsonReply(404, { error: { code: "404", message: "Resource not found" } });
  if (typeof body.input !== "string" || !body.input) return jsonReply(400, { error: { code: "400" } });
  const data = [{ object: "embedding", index: 0, embedding: vectorOf(body.input) }];
  return jsonReply(200, { object: "list", data, model: "text-embedding-3-small", usage: {} });
}
