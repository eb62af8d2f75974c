import { Api } from "../../../../assembly/ai/api";

/** The path of DashScope's native API; "" if only the compatible endpoints have the API. */
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
