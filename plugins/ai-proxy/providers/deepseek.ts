import { Api } from "../../../assembly/ai/api";
import { OpenAiCompatible } from "../openai-compatible";

/**
 * The type `deepseek`, which knows no limit but `max_tokens` (https://api-docs.deepseek.com/api/create-chat-completion),
 * has OpenAI's responses below its base without a version (https://api-docs.deepseek.com/guides/thinking_mode), and speaks
 * Anthropic's language as well (https://api-docs.deepseek.com/guides/anthropic_api).
 */
export const deepseek = new OpenAiCompatible("deepseek", "api.deepseek.com")
  .serve(Api.ChatCompletions, "/v1/chat/completions")
  .serve(Api.Models, "/v1/models")
  .serve(Api.Responses, "/responses")
  .serve(Api.RetrieveResponse, "/responses/{response_id}")
  .serveMessages("/anthropic/v1")
  .limitBy("max_tokens");
