// SPDX-License-Identifier: Apache-2.0
// https://docs.ollama.com/api/embed
import { bodyOf, isRefusal } from "../../engines/pages.ts";
import type { Dialect, ProviderReply, ProviderRequest } from "../../providers/types.ts";
import { jsonReply } from "../../providers/wire.ts";
import { vectorOf } from "../words.ts";

/** The words that the model takes. */
const CONTEXT = 50;

/** An Ollama with the model `embeddinggemma`. */
export const ollama: Dialect = { name: "embedding-ollama", handle };

function handle(request: ProviderRequest): ProviderReply {
  const body = bodyOf(request, "/api/embed");
  if (isRefusal(body)) return body;
  const { model, input, truncate = true } = body;
  if (model !== "embeddinggemma") return jsonReply(404, { error: "model not found, try pulling it first" });
  if (typeof input !== "string" || !input) return jsonReply(400, { error: "invalid input type" });
  const words = input.split(" ");
  if (words.length > CONTEXT && truncate !== true)
    return jsonReply(400, { error: "the input length exceeds the context length" });
  return jsonReply(200, { model, embeddings: [vectorOf(words.slice(0, CONTEXT).join(" "))], prompt_eval_count: 1 });
}
