import { Api, OpenAiCompatible, ReasoningPlace } from "../openai-compatible";

/** Hugging Face's Inference Providers. https://huggingface.co/docs/inference-providers/index */
export const huggingface = new OpenAiCompatible({
  type: "huggingface",
  address: "router.huggingface.co/v1",
  apis: [Api.ChatCompletions, Api.Models],
  responsesBase: "/v1",
  reasoningPlace: ReasoningPlace.Renamed,
});
