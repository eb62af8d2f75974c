import { Api, OpenAiCompatible, ReasoningSwitch } from "../openai-compatible";

/** SiliconFlow. https://docs.siliconflow.cn/cn/api-reference/chat-completions/chat-completions */
export const siliconflow = new OpenAiCompatible({
  type: "siliconflow",
  takesReasoning: true,
  takesThinkingBudget: true,
  address: "api.siliconflow.cn/v1",
  apis: [Api.ChatCompletions, Api.Embeddings, Api.Models, Api.CohereRerank, Api.ImageGeneration, Api.AudioSpeech],
  messagesBase: "/v1",
  reasoningSwitch: ReasoningSwitch.EnableThinking,
});
