import { Api } from "../../../../assembly/ai/api";

/** The host of the Chinese mainland's service. */
export const HOST: string = "dashscope.aliyuncs.com";

/** What takes the place of `/v1` where DashScope speaks OpenAI's language. */
export const COMPATIBLE_BASE: string = "/compatible-mode/v1";
/** What takes the place of `/v1` where it speaks Anthropic's. */
export const MESSAGES_BASE: string = "/apps/anthropic/v1";

/** The path of DashScope's own protocol, or "" where only the compatible one serves the API. */
export function nativePath(api: Api, isMultimodal: bool): string {
  switch (api) {
    case Api.ChatCompletions:
      return isMultimodal
        ? "/api/v1/services/aigc/multimodal-generation/generation"
        : "/api/v1/services/aigc/text-generation/generation";
    case Api.Embeddings:
      return "/api/v1/services/embeddings/text-embedding/text-embedding";
    case Api.QwenRerank:
      return "/api/v1/services/rerank/text-rerank/text-rerank";
    default:
      return "";
  }
}

/**
 * The path of what DashScope serves in the dialect of others, or "" where it does not.
 * https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope
 */
export function compatiblePath(api: Api): string {
  switch (api) {
    case Api.ChatCompletions:
      return "/compatible-mode/v1/chat/completions";
    case Api.Completions:
      return "/compatible-mode/v1/completions";
    case Api.Embeddings:
      return "/compatible-mode/v1/embeddings";
    case Api.Models:
      return "/compatible-mode/v1/models";
    case Api.RetrieveModel:
      return "/compatible-mode/v1/models/{model}";
    case Api.Responses:
      return "/compatible-mode/v1/responses";
    case Api.RetrieveResponse:
      return "/compatible-mode/v1/responses/{response_id}";
    case Api.QwenConversations:
      return "/compatible-mode/v1/conversations";
    case Api.Files:
      return "/compatible-mode/v1/files";
    case Api.RetrieveFile:
      return "/compatible-mode/v1/files/{file_id}";
    case Api.RetrieveFileContent:
      return "/compatible-mode/v1/files/{file_id}/content";
    case Api.Batches:
      return "/compatible-mode/v1/batches";
    case Api.RetrieveBatch:
      return "/compatible-mode/v1/batches/{batch_id}";
    case Api.CancelBatch:
      return "/compatible-mode/v1/batches/{batch_id}/cancel";
    case Api.QwenRerank:
      return "/compatible-api/v1/reranks";
    // https://www.alibabacloud.com/help/en/model-studio/realtime
    case Api.Realtime:
      return "/api-ws/v1/realtime";
    case Api.Messages:
      return "/apps/anthropic/v1/messages";
    default:
      return "";
  }
}
