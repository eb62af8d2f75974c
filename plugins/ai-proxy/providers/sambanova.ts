import { Api, OpenAiCompatible, ReasoningPlace } from "../openai-compatible";

/** SambaNova. https://docs.sambanova.ai/docs/en/features/openai-compatibility */
export const sambanova = new OpenAiCompatible({
  type: "sambanova",
  address: "api.sambanova.ai/v1",
  apis: [Api.ChatCompletions, Api.Completions, Api.Embeddings, Api.Models, Api.AudioTranscription, Api.CountTokens],
  messagesBase: "/v1",
  responsesBase: "/v1",
  reasoningPlace: ReasoningPlace.Tags,
});
