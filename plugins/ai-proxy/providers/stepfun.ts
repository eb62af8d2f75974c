import { Api, OpenAiCompatible, ReasoningPlace } from "../openai-compatible";

/** StepFun. https://platform.stepfun.com/docs/zh/api-reference/chat/chat-completion-create */
export const stepfun = new OpenAiCompatible({
  type: "stepfun",
  address: "api.stepfun.com/v1",
  apis: [Api.ChatCompletions, Api.Models],
  messagesBase: "/v1",
  responsesBase: "/v1",
  reasoningPlace: ReasoningPlace.Renamed,
});
