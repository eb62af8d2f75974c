import { Api, OpenAiCompatible, ReasoningPlace } from "../openai-compatible";

/** NVIDIA's hosted NIM. https://docs.api.nvidia.com/nim/reference/llm-apis */
export const nvidia = new OpenAiCompatible({
  type: "nvidia",
  address: "integrate.api.nvidia.com/v1",
  apis: [Api.ChatCompletions, Api.Completions, Api.Embeddings, Api.Models],
  reasoningPlace: ReasoningPlace.Tags,
});
