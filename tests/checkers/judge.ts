// SPDX-License-Identifier: Apache-2.0
// Chat Completions of vLLM with Qwen3Guard: https://huggingface.co/Qwen/Qwen3Guard-Gen-8B
import type { Dialect, ProviderReply, ProviderRequest } from "../providers/types.ts";
import { bearerOf, isObject, jsonReply, parseObject, pathOf, requestIdOf } from "../providers/wire.ts";
import { findingsOf } from "./findings.ts";

/** A server of vLLM with Qwen3Guard; a model of any other name answers SAFE or UNSAFE, as it is told. */
export const judge: Dialect = { name: "judge", handle };

const refuse = (status: number, type: string, message: string): ProviderReply =>
  jsonReply(status, { error: { message, type, param: null, code: status } });

function handle(request: ProviderRequest): ProviderReply {
  if (request.method !== "POST" || pathOf(request) !== "/v1/chat/completions")
    return jsonReply(404, { detail: "Not Found" });
  if (bearerOf(request).includes("invalid")) return jsonReply(401, { error: "Unauthorized" });
  const body = parseObject(request.body);
  const last: unknown = Array.isArray(body?.messages) ? body.messages.at(-1) : undefined;
  if (!body || !isObject(last) || typeof last.content !== "string")
    return refuse(400, "BadRequestError", "messages: Field required");
  if (typeof body.model !== "string") return refuse(400, "BadRequestError", "model: Field required");
  const { isViolent, isAttack } = findingsOf(last.content);
  const categories = [isViolent && "Violent", isAttack && "Jailbreak"].filter(Boolean).join(", ");
  const words = categories ? `UNSAFE: ${categories}` : "SAFE";
  const lines = [`Safety: ${categories ? "Unsafe" : "Safe"}`, `Categories: ${categories || "None"}`];
  const content = body.model.includes("Qwen3Guard") ? lines.join("\n") : words;
  return jsonReply(200, {
    id: `chatcmpl-${requestIdOf(request)}`,
    object: "chat.completion",
    created: 1_760_000_000,
    model: body.model,
    choices: [{ index: 0, message: { role: "assistant", content }, logprobs: null, finish_reason: "stop" }],
    usage: { prompt_tokens: 10, completion_tokens: 8, total_tokens: 18 },
  });
}
