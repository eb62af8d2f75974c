import { Api, OpenAiCompatible, ReasoningPlace, RenamedField } from "../openai-compatible";

/** Mistral AI. https://docs.mistral.ai/api */
export const mistral = new OpenAiCompatible({
  type: "mistral",
  address: "api.mistral.ai/v1",
  apis: [Api.ChatCompletions, Api.Embeddings, Api.Models, Api.RetrieveModel],
  limitField: "max_tokens",
  renames: [new RenamedField("seed", "random_seed")],
  drops: "stream_options messages.reasoning_content",
  reasoningPlace: ReasoningPlace.Parts,
});
