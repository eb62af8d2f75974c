import { Api, OpenAiCompatible } from "../openai-compatible";

/** Hunyuan and others, on Tencent Cloud's TokenHub. https://www.tencentcloud.com/zh/document/product/1300/78941 */
export const hunyuan = new OpenAiCompatible({
  type: "hunyuan",
  address: "tokenhub.tencentcloudmaas.com/v1",
  apis: [Api.ChatCompletions],
});
