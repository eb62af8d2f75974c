import { Api, OpenAiCompatible } from "../openai-compatible";

/** Baichuan. https://platform.baichuan-ai.com/docs/api */
export const baichuan = new OpenAiCompatible({
  type: "baichuan",
  address: "api.baichuan-ai.com/v1",
  apis: [Api.ChatCompletions, Api.Embeddings],
});
