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

/** The path of what DashScope serves in the dialect of others, but not below that dialect's base; else "". */
export function compatiblePath(api: Api): string {
  switch (api) {
    case Api.QwenRerank:
      return "/compatible-api/v1/reranks";
    // https://www.alibabacloud.com/help/en/model-studio/realtime
    case Api.Realtime:
      return "/api-ws/v1/realtime";
    default:
      return "";
  }
}

/**
 * Whether DashScope serves the API below the base of that dialect.
 * https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope
 */
export function isCompatible(api: Api): bool {
  switch (api) {
    case Api.ChatCompletions:
    case Api.Completions:
    case Api.Embeddings:
    case Api.Models:
    case Api.RetrieveModel:
    case Api.Responses:
    case Api.RetrieveResponse:
    case Api.QwenConversations:
    case Api.Files:
    case Api.RetrieveFile:
    case Api.RetrieveFileContent:
    case Api.Batches:
    case Api.RetrieveBatch:
    case Api.CancelBatch:
    case Api.Messages:
      return true;
    default:
      return false;
  }
}
