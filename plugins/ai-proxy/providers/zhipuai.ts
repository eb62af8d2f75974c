import { Api, BaseOption, OpenAiCompatible, ReasoningSwitch } from "../openai-compatible";

/** Zhipu AI's GLM. https://docs.bigmodel.cn/cn/guide/develop/openai/introduction */
export const zhipuai = new OpenAiCompatible({
  type: "zhipuai",
  takesReasoning: true,
  address: "open.bigmodel.cn/api/paas/v4",
  hostOption: "zhipuDomain",
  baseOptions: [new BaseOption("zhipuCodePlanMode", "/api/coding/paas/v4")],
  apis: [Api.ChatCompletions, Api.Embeddings],
  messagesBase: "/api/anthropic/v1",
  reasoningSwitch: ReasoningSwitch.Thinking,
});
