import { Api, ApiPath, OpenAiCompatible } from "../openai-compatible";

/** Cohere, by its Compatibility API. https://docs.cohere.com/docs/compatibility-api */
export const cohere = new OpenAiCompatible({
  type: "cohere",
  address: "api.cohere.ai/compatibility/v1",
  apis: [Api.ChatCompletions, Api.Embeddings],
  paths: [new ApiPath(Api.CohereRerank, "/v2/rerank")],
  drops: "store metadata logit_bias top_logprobs n modalities prediction audio service_tier parallel_tool_calls",
  limitField: "max_tokens",
});
