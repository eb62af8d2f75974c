import { Api, OpenAiCompatible, ReasoningPlace, ReasoningSwitch } from "../openai-compatible";

/** Novita AI. https://novita.ai/docs/api-reference/model-apis-llm-create-chat-completion */
export const novita = new OpenAiCompatible({
  type: "novita",
  address: "api.novita.ai/openai/v1",
  apis: [Api.ChatCompletions, Api.Completions, Api.Embeddings, Api.Models],
  messagesBase: "/anthropic/v1",
  reasoningSwitch: ReasoningSwitch.EnableThinking,
  reasoningPlace: ReasoningPlace.Tags,
});
