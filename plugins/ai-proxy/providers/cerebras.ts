import { Api, OpenAiCompatible, ReasoningPlace } from "../openai-compatible";

/** Cerebras. https://inference-docs.cerebras.ai/resources/openai */
export const cerebras = new OpenAiCompatible({
  type: "cerebras",
  address: "api.cerebras.ai/v1",
  apis: [Api.ChatCompletions, Api.Completions, Api.Models],
  drops: "frequency_penalty presence_penalty logit_bias parallel_tool_calls service_tier",
  reasoningPlace: ReasoningPlace.Renamed,
});
