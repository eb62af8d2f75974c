import { Api, OpenAiCompatible } from "../openai-compatible";

/** LongCat. https://longcat.chat/platform/docs/ */
export const longcat = new OpenAiCompatible({
  type: "longcat",
  address: "api.longcat.chat/openai/v1",
  apis: [Api.ChatCompletions],
  messagesBase: "/anthropic/v1",
});
