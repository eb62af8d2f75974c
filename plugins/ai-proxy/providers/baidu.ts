import { Api, OpenAiCompatible } from "../openai-compatible";

/** Baidu Qianfan. https://cloud.baidu.com/doc/WENXINWORKSHOP/s/2m3fihw8s */
export const baidu = new OpenAiCompatible({
  type: "baidu",
  address: "qianfan.baidubce.com/v2",
  apis: [Api.ChatCompletions, Api.Embeddings],
});
