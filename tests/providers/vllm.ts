// SPDX-License-Identifier: Apache-2.0
// https://docs.vllm.ai/en/stable/serving/openai_compatible_server/ and its public source (extra fields are allowed:
// vllm/entrypoints/openai/engine/protocol.py; errors: …/models/serving.py; API keys: https://docs.vllm.ai/en/stable/usage/security/)
import { type OpenAiRefusal, type Spelling, wrongKey } from "./openai-errors.ts";
import { openAiDialect } from "./openai.ts";
import { rankDocuments } from "./rerank.ts";
import type { Dialect, ProviderReply, ProviderRequest } from "./types.ts";
import { bearerOf, jsonReply, parseObject, pathOf } from "./wire.ts";

const models = /^(qwq-32b|deepseek-r1|qwen|llama|gpt-oss|served-|BAAI\/|Qwen\/)/;
const reasoningModels = /^(qwq-32b|deepseek-r1)/;

/** vLLM's server: no API key unless one is configured, any field, errors with a number as their code. */
export function vllmDialect(): Dialect {
  const inner = openAiDialect({
    lenientFields: "any",
    models,
    listed: ["qwq-32b", "deepseek-r1", "Qwen/Qwen2.5-VL-7B-Instruct", "BAAI/bge-m3"],
    apis: ["/chat/completions", "/completions", "/embeddings", "/models", "/responses"],
    isReasoning: (body) => reasoningModels.test(String(body.model)),
    checkKey: (request) => {
      if (bearerOf(request).includes("invalid")) throw wrongKey(bearerOf(request));
    },
    spell: spellAsVllm,
  });
  return {
    name: "vllm",
    handle: (request) => (/^(\/v[12])?\/rerank$/.test(pathOf(request)) ? rerank(request) : inner.handle(request)),
  };
}

function spellAsVllm(refusal: OpenAiRefusal, request: ProviderRequest): Spelling {
  const { status, message, param, code } = refusal;
  if (status === 401) return { status, body: { error: "Unauthorized" } };
  if (code === "model_not_found") return vllmError(404, `The model \`${modelOf(request)}\` does not exist.`, "model");
  // Unknown paths and methods get an error of the web framework.
  if (status === 404) return { status, body: { detail: "Not Found" } };
  if (status === 405) return { status, body: { detail: "Method Not Allowed" } };
  return vllmError(status, message, param);
}

const vllmTypes: Record<number, string> = { 400: "BadRequestError", 404: "NotFoundError", 500: "InternalServerError" };
const vllmError = (status: number, message: string, param: string | null): Spelling => ({
  status,
  body: { error: { message, type: vllmTypes[status] ?? "APIError", param, code: status } },
});

const modelOf = (request: ProviderRequest): string => String(parseObject(request.body)?.model);

function rerank(request: ProviderRequest): ProviderReply {
  const body = parseObject(request.body);
  const results = body && rankDocuments(body);
  if (!body || !results) {
    const { status, body: error } = vllmError(400, "Field required: query, documents", null);
    return jsonReply(status, error);
  }
  return jsonReply(200, {
    id: "rerank-fake",
    model: body.model,
    usage: { total_tokens: results.tokens },
    ...results.body,
  });
}
