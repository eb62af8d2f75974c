import { Api, OpenAiCompatible } from "../openai-compatible";

/** ModelScope. https://modelscope.cn/docs/model-service/API-Inference/intro */
export const modelscope = new OpenAiCompatible({
  type: "modelscope",
  address: "api-inference.modelscope.cn/v1",
  apis: [Api.ChatCompletions, Api.Models],
});
