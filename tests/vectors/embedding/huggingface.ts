// SPDX-License-Identifier: Apache-2.0
// https://huggingface.co/docs/inference-providers/tasks/feature-extraction
import { bodyOf, isKey, isRefusal } from "../../engines/pages.ts";
import type { Dialect, ProviderReply, ProviderRequest } from "../../providers/types.ts";
import { bearerOf, jsonReply } from "../../providers/wire.ts";
import { only } from "../records.ts";
import { vectorOf } from "../words.ts";

const MODEL = "sentence-transformers/all-MiniLM-L6-v2";

/** Hugging Face's own inference. */
export const huggingface: Dialect = { name: "embedding-huggingface", handle };

function handle(request: ProviderRequest): ProviderReply {
  if (request.authority !== "router.huggingface.co") return jsonReply(404, { error: "Not Found" });
  const body = bodyOf(request, `/hf-inference/models/${MODEL}/pipeline/feature-extraction`);
  if (isRefusal(body)) return body;
  if (!isKey(bearerOf(request))) return jsonReply(401, { error: "Invalid username or password." });
  const { inputs, truncate = false } = only(body, ["inputs", "normalize", "truncate", "prompt_name"]) ?? {};
  if (typeof inputs !== "string" || !inputs || typeof truncate !== "boolean")
    return jsonReply(422, { error: "Input validation error" });
  return jsonReply(200, vectorOf(inputs));
}
