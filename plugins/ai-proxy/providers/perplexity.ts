import { OpenAiCompatible } from "../openai-compatible";

/** Perplexity, by its Responses API: its chats have ended. https://docs.perplexity.ai/docs/agent-api/openai-compatibility */
export const perplexity = new OpenAiCompatible({
  type: "perplexity",
  address: "api.perplexity.ai/v1",
  responsesBase: "/v1",
});
