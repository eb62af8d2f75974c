import { Api, OpenAiCompatible } from "../openai-compatible";

/** Anthropic's Claude, by its OpenAI endpoint and its Messages API. https://platform.claude.com/docs/en/api/openai-sdk */
export const claude = new OpenAiCompatible({
  type: "claude",
  address: "api.anthropic.com/v1",
  apis: [Api.ChatCompletions, Api.CountTokens],
  messagesBase: "/v1",
  messagesTokenHeader: "x-api-key",
});
