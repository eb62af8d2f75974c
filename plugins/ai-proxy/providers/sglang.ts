import { Api, OpenAiCompatible } from "../openai-compatible";

/** An SGLang server. https://docs.sglang.ai/basic_usage/openai_api_completions.html */
export const sglang = new OpenAiCompatible({
  type: "sglang",
  takesReasoning: true,
  hostOption: "sglangServerHost",
  urlOption: "sglangCustomUrl",
  requiresHost: true,
  requiresToken: false,
  apis: [Api.ChatCompletions, Api.Completions, Api.Embeddings, Api.Models, Api.CohereRerank, Api.CountTokens],
  messagesBase: "/v1",
});
