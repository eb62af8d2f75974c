import { Api, BaseOption, OpenAiCompatible } from "../openai-compatible";

/** iFlytek's Spark. https://www.xfyun.cn/doc/spark/HTTP%E8%B0%83%E7%94%A8%E6%96%87%E6%A1%A3.html */
export const spark = new OpenAiCompatible({
  type: "spark",
  address: "spark-api-open.xf-yun.com/v1",
  baseOptions: [new BaseOption("sparkXMode", "/v2")],
  apis: [Api.ChatCompletions],
  asksForUsage: false,
  limitField: "max_tokens",
  failureMember: "code",
});
