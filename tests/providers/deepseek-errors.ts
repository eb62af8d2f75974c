// SPDX-License-Identifier: Apache-2.0
// Statuses: https://api-docs.deepseek.com/quick_start/error_codes
// Bodies as reported in public: https://github.com/BerriAI/litellm/issues/10403 (key),
// https://github.com/continuedev/continue/issues/10056 (header), https://github.com/ConardLi/easy-dataset/issues/9 (model),
// https://github.com/MGdaasLab/WHartTest/issues/62 (shape of the body)
import type { AnthropicRefusal } from "./anthropic-errors.ts";
import { OpenAiRefusal, type Spelling } from "./openai-errors.ts";
import type { ProviderRequest } from "./types.ts";
import { bearerOf, headerOf } from "./wire.ts";

/** 400 in DeepSeek's error shape. */
export const invalidRequest = (message: string): OpenAiRefusal =>
  new OpenAiRefusal(400, message, null, "invalid_request_error");

/** 400 for a body that has an undocumented shape. */
export const cannotDeserialize = (what: string): OpenAiRefusal =>
  invalidRequest(`Failed to deserialize the JSON body into the target type: ${what} at line 1 column 1`);

/** Converts an error of OpenAI's dialect to DeepSeek's text. */
export function spell(refusal: OpenAiRefusal, request: ProviderRequest): Spelling {
  const { status, code, message } = refusal;
  if (code === "model_not_found") return spelling(400, "Model Not Exist");
  if (status === 401) return spelling(401, keyProblem(bearerOf(request)), "authentication_error");
  if (code === "insufficient_quota") return spelling(402, "Insufficient Balance", "unknown_error");
  if (status === 429) return spelling(429, "Rate limit reached", "rate_limit_error");
  if (status === 503) return spelling(503, "Service is too busy. Please try again later.", "service_unavailable_error");
  if (status === 500) return spelling(500, "Internal Server Error", "server_error");
  if (code === "invalid_prompt") return spelling(400, "Content Exists Risk");
  // A value that is out of range has its own status.
  if (code?.endsWith("_min_value") || code?.endsWith("_max_value")) return spelling(422, message);
  return spelling(status, message);
}

/** The same for the endpoint of Anthropic's protocol: the shape is DeepSeek's. */
export function bodyForAnthropic(refusal: AnthropicRefusal, request: ProviderRequest): unknown {
  const key = headerOf(request, "x-api-key") || bearerOf(request);
  const message = refusal.status === 401 ? keyProblem(key) : refusal.message;
  return spelling(refusal.status, message, refusal.type).body;
}

const keyProblem = (key: string): string =>
  key === ""
    ? "Authentication Fails (auth header format should be Bearer sk-...)"
    : `Authentication Fails, Your api key: ****${key.slice(-4)} is invalid`;

const spelling = (status: number, message: string, type = "invalid_request_error"): Spelling => ({
  status,
  body: { error: { message, type, param: null, code: "invalid_request_error" } },
});
