import { Api } from "../../../assembly/ai/api";
import { OpenAiCompatible } from "../openai-compatible";

/**
 * DeepSeek: chats limited by `max_tokens` alone (https://api-docs.deepseek.com/api/create-chat-completion), OpenAI's
 * Responses without a version in the path (https://api-docs.deepseek.com/guides/thinking_mode), Anthropic's Messages
 * (https://api-docs.deepseek.com/guides/anthropic_api).
 */
export const deepseek = new OpenAiCompatible({
  type: "deepseek",
  takesReasoning: true,
  // Chats refuse a schema, and Messages ignore it: https://api-docs.deepseek.com/guides/json_mode
  takesSchema: false,
  host: "api.deepseek.com",
  apis: [Api.ChatCompletions, Api.Models],
  messagesBase: "/anthropic/v1",
  responsesBase: "",
  limitField: "max_tokens",
});
