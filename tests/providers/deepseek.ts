// SPDX-License-Identifier: Apache-2.0
// Chat: https://api-docs.deepseek.com/api/create-chat-completion
// Reasoning: https://api-docs.deepseek.com/zh-cn/guides/reasoning_model, https://api-docs.deepseek.com/guides/thinking_mode.md
// Anthropic's protocol: https://api-docs.deepseek.com/guides/anthropic_api
import { anthropicMessages } from "./anthropic.ts";
import { bodyForAnthropic, cannotDeserialize, invalidRequest, spell } from "./deepseek-errors.ts";
import { openAiDialect } from "./openai.ts";
import type { Dialect, ProviderReply, ProviderRequest } from "./types.ts";
import { isObject, type JsonObject, parseObject, pathOf } from "./wire.ts";

const models = /^deepseek-(?!coder)/;
const roles = ["system", "user", "assistant", "tool"];

/** DeepSeek's API: OpenAI's with reasoning, and Anthropic's below `/anthropic`. */
export function deepSeekDialect(): Dialect {
  const chat = openAiDialect({
    prefix: "/v1",
    lenientFields: "any",
    models,
    listed: ["deepseek-chat", "deepseek-reasoner", "deepseek-v4-flash", "deepseek-v4-pro"],
    apis: ["/chat/completions", "/responses", "/models"],
    limitFields: ["max_tokens"],
    isReasoning,
    checkChat,
    writeCompletion: (completion) => ({ ...completion, usage: withCache(completion.usage as JsonObject) }),
    writeChunks: usageWithFinish,
    spell,
  });
  return {
    name: "deepseek",
    handle(request) {
      if (pathOf(request) === "/anthropic/v1/messages") return anthropicMessages(request, anthropicOptions);
      // The same API is at the root, below /v1 and, for new features, below /beta.
      const path = request.path.replace(/^(?:\/(?:v1|beta))?(?=\/)/, "/v1");
      return waiting(chat.handle({ ...request, path }), request);
    },
  };
}

const anthropicOptions = {
  images: false,
  // Of `output_config` only `effort` is known.
  ignoresFormat: true,
  maxTemperature: 2,
  servedModel: (model: string): string => (models.test(model) ? model : "deepseek-chat"),
  isReasoning: (model: string, body: JsonObject): boolean => isReasoning({ ...body, model }),
  refusalBody: bodyForAnthropic,
};

/** deepseek-reasoner always reasons, except with tools. The models since V4 reason unless the request disables it. */
function isReasoning(body: JsonObject): boolean {
  const model = String(body.model);
  if (model.startsWith("deepseek-reasoner")) return body.tools === undefined;
  const asked = isObject(body.thinking) ? body.thinking.type : undefined;
  return asked === "enabled" || (model.startsWith("deepseek-v4") && asked !== "disabled");
}

function checkChat(body: JsonObject): void {
  const model = String(body.model);
  checkFormat(body);
  const messages = Array.isArray(body.messages) ? body.messages.filter(isObject) : [];
  messages.forEach((message, i) => {
    const { role, content } = message;
    if (typeof role === "string" && !roles.includes(role)) {
      const known = roles.map((name) => `\`${name}\``).join(", ");
      throw cannotDeserialize(`messages[${i}].role: unknown variant \`${role}\`, expected one of ${known}`);
    }
    const parts = Array.isArray(content) ? content.filter(isObject) : [];
    const foreign = parts.find(({ type }) => type !== "text");
    if (foreign) {
      throw cannotDeserialize(`messages[${i}]: unknown variant \`${String(foreign.type)}\`, expected \`text\``);
    }
  });
  if (model.startsWith("deepseek-reasoner")) {
    if (messages.some(({ reasoning_content }) => reasoning_content !== undefined)) {
      throw invalidRequest("The reasoning_content is not allowed in the input messages of deepseek-reasoner");
    }
    const unsupported = ["logprobs", "top_logprobs"].find((name) => body[name] !== undefined);
    if (unsupported) throw invalidRequest(`deepseek-reasoner does not support the parameter \`${unsupported}\``);
  } else if (isReasoning(body)) {
    const forgotten = messages.some((message) => message.tool_calls && message.reasoning_content === undefined);
    if (forgotten) {
      throw invalidRequest("The `reasoning_content` in the thinking mode must be passed back to the API.");
    }
  }
}

/** https://api-docs.deepseek.com/guides/json_mode, https://github.com/llm-exe/llm-exe/issues/662 */
function checkFormat({ response_format: format, messages }: JsonObject): void {
  if (!isObject(format) || format.type === "text") return;
  if (format.type !== "json_object") throw invalidRequest("This response_format type is unavailable now");
  if (/json/i.test(JSON.stringify(messages))) return;
  throw invalidRequest(
    "Prompt must contain the word 'json' in some form to use 'response_format' of type 'json_object'.",
  );
}

const withCache = (usage: JsonObject): JsonObject => ({
  ...usage,
  prompt_cache_hit_tokens: 0,
  prompt_cache_miss_tokens: usage.prompt_tokens,
});

/** The usage is in the chunk of the last choice, requested or not; there is no separate chunk for it. */
function usageWithFinish(chunks: JsonObject[], usage: JsonObject): JsonObject[] {
  const kept = chunks.filter(({ choices }) => (choices as unknown[]).length > 0);
  return kept.map((chunk, i) => ({ ...chunk, usage: i === kept.length - 1 ? withCache(usage) : null }));
}

/** https://api-docs.deepseek.com/quick_start/rate_limit: empty lines or comments keep a slow response alive. */
function waiting(reply: ProviderReply, request: ProviderRequest): ProviderReply {
  if (!String(parseObject(request.body)?.model).endsWith("-slow")) return reply;
  const streamed = reply.headers.some(([, value]) => value.startsWith("text/event-stream"));
  const sign = Buffer.from(streamed ? ": keep-alive\n\n" : "\n");
  return { ...reply, chunks: [sign, sign, ...reply.chunks] };
}
