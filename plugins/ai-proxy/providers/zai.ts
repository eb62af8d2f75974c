import { Api, BaseOption, OpenAiCompatible, ReasoningSwitch } from "../openai-compatible";

/** Z.ai, the international site of Zhipu AI. https://docs.z.ai/api-reference/introduction */
export const zai = new OpenAiCompatible({
  type: "zai",
  takesReasoning: true,
  address: "api.z.ai/api/paas/v4",
  baseOptions: [new BaseOption("zaiCodePlanMode", "/api/coding/paas/v4")],
  apis: [Api.ChatCompletions],
  messagesBase: "/api/anthropic/v1",
  reasoningSwitch: ReasoningSwitch.Thinking,
});
