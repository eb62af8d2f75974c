import { Api, OpenAiCompatible, ReasoningPlace } from "../openai-compatible";

/** OpenRouter. https://openrouter.ai/docs/api-reference/overview */
export const openrouter = new OpenAiCompatible({
  type: "openrouter",
  address: "openrouter.ai/api/v1",
  apis: [Api.ChatCompletions, Api.Completions, Api.Embeddings, Api.Models],
  messagesBase: "/api/v1",
  responsesBase: "/api/v1",
  knowsDeveloper: true,
  reasoningPlace: ReasoningPlace.Renamed,
});
