import { Api, OpenAiCompatible, ReasoningPlace } from "../openai-compatible";

/** Cloudflare Workers AI. https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility/ */
export const cloudflare = new OpenAiCompatible({
  type: "cloudflare",
  address: "api.cloudflare.com/client/v4/accounts/{cloudflareAccountId}/ai/v1",
  apis: [Api.ChatCompletions, Api.Embeddings, Api.Responses],
  reasoningPlace: ReasoningPlace.Tags,
});
