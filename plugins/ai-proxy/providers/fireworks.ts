import { Api, OpenAiCompatible } from "../openai-compatible";

/** Fireworks AI. https://docs.fireworks.ai/tools-sdks/openai-compatibility */
export const fireworks = new OpenAiCompatible({
  type: "fireworks",
  address: "api.fireworks.ai/inference/v1",
  apis: [Api.ChatCompletions, Api.Completions, Api.Embeddings, Api.Models],
  messagesBase: "/inference/v1",
  responsesBase: "/inference/v1",
  asksForUsage: false,
});
