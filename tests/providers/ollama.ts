// SPDX-License-Identifier: Apache-2.0
// https://github.com/ollama/ollama/blob/main/docs/openai.md and its public source (openai/openai.go)
import { badRequest, type OpenAiRefusal, type Spelling } from "./openai-errors.ts";
import { openAiDialect } from "./openai.ts";
import type { Dialect, ProviderRequest } from "./types.ts";
import { isObject, type JsonObject, parseObject } from "./wire.ts";

/** Ollama's OpenAI endpoints: no API keys, one choice, the role in every chunk, images only inside the request. */
export function ollamaDialect(): Dialect {
  const inner = openAiDialect({
    lenientFields: "any",
    models: /^(qwen|llama|deepseek-r1|all-minilm|nomic-embed|ollama-)/,
    listed: ["llama3.2:latest", "qwen2.5:7b", "all-minilm:latest"],
    apis: ["/chat/completions", "/completions", "/embeddings", "/models"],
    limitFields: ["max_tokens"],
    checkKey: () => {},
    checkChat: checkPictures,
    writeChunks: asOllamaStreams,
    spell: spellAsOllama,
  });
  return {
    name: "ollama",
    handle(request) {
      const reply = inner.handle(withSingleChoice(request));
      const noPath = reply.status === 404 && /"Invalid URL/.test(String(reply.chunks[0]));
      if (!noPath) return reply;
      return { status: 404, headers: [["content-type", "text/plain"]], chunks: [Buffer.from("404 page not found")] };
    },
  };
}

function spellAsOllama(refusal: OpenAiRefusal, request: ProviderRequest): Spelling {
  const { status, code } = refusal;
  const types: Record<number, string> = { 400: "invalid_request_error", 404: "not_found_error" };
  const message =
    code === "model_not_found" ? `model '${String(parseObject(request.body)?.model)}' not found` : refusal.message;
  return { status, body: { error: { message, type: types[status] ?? "api_error", param: null, code: null } } };
}

function checkPictures(body: JsonObject): void {
  const messages = Array.isArray(body.messages) ? body.messages.filter(isObject) : [];
  const parts = messages.flatMap(({ content }) => (Array.isArray(content) ? content.filter(isObject) : []));
  for (const { type, image_url } of parts) {
    const url = String(isObject(image_url) ? image_url.url : image_url);
    if (type === "image_url" && !/^data:(image\/(jpeg|jpg|png|webp))?;base64,/.test(url)) {
      throw badRequest("invalid image input");
    }
  }
}

/** Ollama does not support `n`. */
function withSingleChoice(request: ProviderRequest): ProviderRequest {
  const body = parseObject(request.body);
  return body?.n === undefined ? request : { ...request, body: Buffer.from(JSON.stringify({ ...body, n: 1 })) };
}

/** A tool call is complete in one chunk. */
function asOllamaStreams(chunks: JsonObject[]): JsonObject[] {
  const calls: JsonObject[] = [];
  const kept: JsonObject[] = [];
  for (const chunk of chunks) {
    const [choice] = chunk.choices as { delta: JsonObject; finish_reason: unknown }[];
    const pieces = (choice?.delta.tool_calls ?? []) as { index: number; function: { arguments: string } }[];
    for (const piece of pieces) {
      const open = calls[piece.index]?.function as { arguments: string } | undefined;
      if (open) open.arguments += piece.function.arguments;
      else calls[piece.index] = structuredClone(piece) as unknown as JsonObject;
    }
    if (choice?.finish_reason && calls.length > 0) kept.push(withDelta(chunk, { tool_calls: calls }, null));
    if (pieces.length === 0) kept.push(choice ? withDelta(chunk, choice.delta, choice.finish_reason) : chunk);
  }
  return kept;
}

const withDelta = (chunk: JsonObject, delta: JsonObject, finish_reason: unknown): JsonObject => ({
  ...chunk,
  system_fingerprint: "fp_ollama",
  choices: [{ index: 0, delta: { role: "assistant", content: "", ...delta }, finish_reason }],
});
