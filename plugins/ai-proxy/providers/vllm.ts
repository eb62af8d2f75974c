import { Api, OpenAiCompatible, ReasoningPlace } from "../openai-compatible";

/** A vLLM server. https://docs.vllm.ai/en/stable/serving/openai_compatible_server/ */
export const vllm = new OpenAiCompatible({
  type: "vllm",
  takesReasoning: true,
  host: "vllm-service.cluster.local",
  hostOption: "vllmServerHost",
  urlOption: "vllmCustomUrl",
  apis: [
    Api.ChatCompletions,
    Api.Completions,
    Api.Embeddings,
    Api.Models,
    Api.CohereRerank,
    Api.Responses,
    Api.RetrieveResponse,
    Api.AudioTranscription,
    Api.AudioTranslation,
    Api.Messages,
    Api.CountTokens,
    Api.Realtime,
  ],
  requiresToken: false,
  // Newer servers: https://docs.vllm.ai/en/stable/features/reasoning_outputs/
  reasoningPlace: ReasoningPlace.Renamed,
});
