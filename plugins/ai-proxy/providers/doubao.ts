import { Api, OpenAiCompatible, ReasoningSwitch } from "../openai-compatible";

/** Doubao and others, on Volcengine Ark. https://www.volcengine.com/docs/82379/1494384 */
export const doubao = new OpenAiCompatible({
  type: "doubao",
  address: "ark.cn-beijing.volces.com/api/v3",
  hostOption: "doubaoDomain",
  apis: [Api.ChatCompletions, Api.Embeddings, Api.ImageGeneration],
  responsesBase: "/api/v3",
  reasoningSwitch: ReasoningSwitch.Thinking,
  keepsEffort: true,
});
