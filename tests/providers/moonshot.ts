// SPDX-License-Identifier: Apache-2.0
// Chat: https://platform.moonshot.cn/docs/api/chat
// Differences from OpenAI: https://platform.moonshot.cn/docs/guide/migrating-from-openai-to-kimi
// Errors: https://platform.kimi.com/docs/api/errors.md; Partial Mode: https://platform.moonshot.cn/docs/api/partial
import { moonshotFiles } from "./moonshot-files.ts";
import { badRequest, noKey, type OpenAiRefusal, type Spelling, wrongKey } from "./openai-errors.ts";
import { openAiDialect } from "./openai.ts";
import type { Dialect, ProviderRequest } from "./types.ts";
import { bearerOf, isObject, type JsonObject, jsonReply, parseObject, pathOf } from "./wire.ts";

const models = /^(moonshot-v1-(8k|32k|128k|auto)(-vision-preview)?|kimi-[\w.-]+)$/;
const chatApis = ["/chat/completions", "/models"];

/** Moonshot's API: OpenAI's with narrower ranges, its own errors, files, and the usage inside the last choice. */
export function moonshotDialect(): Dialect {
  const chat = openAiDialect({
    name: "moonshot",
    lenientFields: "any",
    models,
    listed: ["moonshot-v1-8k", "moonshot-v1-32k", "moonshot-v1-128k", "kimi-latest"],
    apis: chatApis,
    checkKey,
    checkChat,
    writeChunks: usageInChoices,
    spell,
  });
  return {
    name: "moonshot",
    handle(request) {
      const api = pathOf(request).replace(/^\/v1(?=\/)/, "");
      if (api !== pathOf(request) && chatApis.some((known) => api === known || api.startsWith(`${known}/`))) {
        return chat.handle(request);
      }
      return moonshotFiles(request, api, checkKey, spell) ?? noUrl(request);
    },
  };
}

function checkKey(request: ProviderRequest): void {
  const key = bearerOf(request);
  if (key === "") throw noKey();
  if (key.includes("invalid")) throw wrongKey(key);
}

/** The ranges that differ from OpenAI's. The documents have the ranges; the error texts are ours. */
function checkChat(body: JsonObject): void {
  const { temperature, n, messages } = body;
  if (typeof temperature === "number" && (temperature < 0 || temperature > 1)) {
    throw badRequest("Invalid request: invalid temperature: it must be between 0 and 1", "temperature");
  }
  if (typeof n === "number" && n > 5) throw badRequest("Invalid request: n must not be greater than 5", "n");
  if (typeof n === "number" && n > 1 && typeof temperature === "number" && temperature < 0.01) {
    throw badRequest("Invalid request: n must be 1 when temperature is close to 0", "n");
  }
  if (!Array.isArray(messages)) return;
  messages.filter(isObject).forEach(({ role, content, tool_calls, partial }, i) => {
    if (role === "assistant" && content === "" && !tool_calls && partial !== true) {
      throw badRequest(`Invalid request: the message at position ${i} with role 'assistant' must not be empty`);
    }
  });
}

/** Every choice has its own usage with its finish reason, whether or not a separate chunk was requested. */
const usageInChoices = (chunks: JsonObject[], usage: JsonObject): JsonObject[] =>
  chunks.map((chunk) => ({
    ...chunk,
    choices: (chunk.choices as JsonObject[]).map((choice) => (choice.finish_reason ? { ...choice, usage } : choice)),
  }));

const types: Record<number, string> = {
  400: "invalid_request_error",
  401: "invalid_authentication_error",
  404: "resource_not_found_error",
  405: "invalid_request_error",
  415: "invalid_request_error",
  500: "server_error",
};

/** Moonshot's errors have only a message and a type. */
function spell(refusal: OpenAiRefusal, request: ProviderRequest): Spelling {
  const { status, code, message } = refusal;
  if (code === "model_not_found") {
    const model = String(parseObject(request.body)?.model ?? pathOf(request).split("/").at(-1));
    return spelling(404, `Not found the model ${model} or Permission denied`, types[404]);
  }
  if (status === 401) return spelling(401, "Invalid Authentication", types[401]);
  if (code === "insufficient_quota") {
    const text = "Your account is suspended, please check your plan and billing details";
    return spelling(429, text, "exceeded_current_quota_error");
  }
  if (status === 429) {
    const text = "Your account request reached organization max RPM: 3, please try again after 20 seconds";
    return spelling(429, text, "rate_limit_reached_error");
  }
  if (status === 503) {
    return spelling(429, "The engine is currently overloaded, please try again later", "engine_overloaded_error");
  }
  if (code === "invalid_prompt") {
    return spelling(400, "The request was rejected because it was considered high risk", "content_filter");
  }
  return spelling(
    status,
    /^Invalid (request|purpose)/.test(message) ? message : `Invalid request: ${message}`,
    types[status],
  );
}

const spelling = (status: number, message: string, type: string): Spelling => ({
  status,
  body: { error: { message, type } },
});

/** As recorded in https://github.com/MoonshotAI/moonpalace/issues/5 */
const noUrl = (request: ProviderRequest) =>
  jsonReply(404, {
    ...{ code: 5, error: "url.not_found", message: "没找到对象", method: request.method, scode: "0x5", status: false },
    url: request.path,
  });
