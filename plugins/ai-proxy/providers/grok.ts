import { Api, OpenAiCompatible } from "../openai-compatible";

/** Grok, xAI's models. https://docs.x.ai/docs/api-reference */
export const grok = new OpenAiCompatible({
  type: "grok",
  address: "api.x.ai/v1",
  apis: [Api.ChatCompletions, Api.Models, Api.RetrieveModel, Api.ImageGeneration],
  responsesBase: "/v1",
  knowsDeveloper: true,
  drops: "presence_penalty frequency_penalty stop",
  keepsFor: "non-reasoning",
});
