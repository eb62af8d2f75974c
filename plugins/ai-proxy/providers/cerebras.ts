import { Api, OpenAiCompatible, ReasoningPlace, RenamedField } from "../openai-compatible";

/** Cerebras. https://inference-docs.cerebras.ai/resources/openai */
export const cerebras = new OpenAiCompatible({
  type: "cerebras",
  address: "api.cerebras.ai/v1",
  apis: [Api.ChatCompletions, Api.Completions, Api.Models],
  drops: "frequency_penalty presence_penalty logit_bias parallel_tool_calls service_tier",
  renames: [new RenamedField("messages.reasoning_content", "messages.reasoning")],
  reasoningPlace: ReasoningPlace.Renamed,
});
