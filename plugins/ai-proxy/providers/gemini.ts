import { Api, OpenAiCompatible } from "../openai-compatible";

/** Google's Gemini, by its OpenAI endpoints. https://ai.google.dev/gemini-api/docs/openai */
export const gemini = new OpenAiCompatible({
  type: "gemini",
  address: "generativelanguage.googleapis.com/v1beta/openai",
  apis: [Api.ChatCompletions, Api.Embeddings, Api.Models, Api.RetrieveModel, Api.ImageGeneration],
});
