import { Api, OpenAiCompatible, ReasoningPlace } from "../openai-compatible";

/** SambaNova. https://docs.sambanova.ai/docs/en/features/openai-compatibility */
export const sambanova = new OpenAiCompatible({
  type: "sambanova",
  address: "api.sambanova.ai/v1",
  apis: [Api.ChatCompletions, Api.Embeddings],
  reasoningPlace: ReasoningPlace.Tags,
});
