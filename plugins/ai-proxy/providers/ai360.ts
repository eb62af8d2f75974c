import { Api, OpenAiCompatible } from "../openai-compatible";

/** 360's models. https://ai.360.com/docs/437061603e0 */
export const ai360 = new OpenAiCompatible({
  type: "ai360",
  address: "api.360.cn/v1",
  apis: [Api.ChatCompletions],
});
