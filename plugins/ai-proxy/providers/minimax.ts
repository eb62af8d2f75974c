import { Api, OpenAiCompatible, ReasoningPlace } from "../openai-compatible";

/** MiniMax. https://platform.minimaxi.com/docs/api-reference/text-openai-api */
export const minimax = new OpenAiCompatible({
  type: "minimax",
  address: "api.minimaxi.com/v1",
  apis: [Api.ChatCompletions],
  messagesBase: "/anthropic/v1",
  limitField: "max_completion_tokens",
  reasoningPlace: ReasoningPlace.Tags,
  failureMember: "base_resp.status_code",
});
