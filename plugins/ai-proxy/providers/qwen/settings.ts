import { Api } from "../../../../assembly/ai/api";
import { ApiPath, ProviderSettings } from "../../config/provider-settings";

/** DashScope's OpenAI-compatible endpoints. https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope */
export const QWEN_SETTINGS: ProviderSettings = {
  type: "qwen",
  host: "dashscope.aliyuncs.com",
  base: "/compatible-mode/v1",
  apis: [
    Api.ChatCompletions,
    Api.Completions,
    Api.Embeddings,
    Api.Models,
    Api.RetrieveModel,
    Api.Responses,
    Api.RetrieveResponse,
    Api.QwenConversations,
    Api.Files,
    Api.RetrieveFile,
    Api.RetrieveFileContent,
    Api.Batches,
    Api.RetrieveBatch,
    Api.CancelBatch,
  ],
  takesThinkingBudget: true,
  takesReasoning: true,
  takesCacheControl: true,
  takesTopK: true,
  messagesBase: "/apps/anthropic/v1",
  paths: [
    new ApiPath(Api.QwenRerank, "/compatible-api/v1/reranks"),
    // https://www.alibabacloud.com/help/en/model-studio/realtime
    new ApiPath(Api.Realtime, "/api-ws/v1/realtime"),
  ],
  settingsHolder: "parameters",
};
