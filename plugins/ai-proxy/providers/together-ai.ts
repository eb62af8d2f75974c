import { Api, OpenAiCompatible, ReasoningPlace } from "../openai-compatible";

/** Together AI. https://docs.together.ai/docs/openai-api-compatibility */
export const togetherAi = new OpenAiCompatible({
  type: "together-ai",
  address: "api.together.ai/v1",
  apis: [Api.ChatCompletions, Api.Completions, Api.Embeddings, Api.Models, Api.ImageGeneration, Api.CohereRerank],
  reasoningPlace: ReasoningPlace.Renamed + ReasoningPlace.Tags,
  responsesBase: "/v1",
});
