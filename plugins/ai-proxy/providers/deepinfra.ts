import { Api, OpenAiCompatible } from "../openai-compatible";

/** DeepInfra. https://docs.deepinfra.com/api-reference/chat-completions/openai-chat-completions */
export const deepinfra = new OpenAiCompatible({
  type: "deepinfra",
  address: "api.deepinfra.com/v1/openai",
  apis: [Api.ChatCompletions, Api.Completions, Api.Embeddings, Api.Models],
  messagesBase: "/anthropic/v1",
});
