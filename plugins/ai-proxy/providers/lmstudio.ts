import { Api, OpenAiCompatible, ReasoningPlace } from "../openai-compatible";

/** An LM Studio server. https://lmstudio.ai/docs/developer/openai-compat */
export const lmstudio = new OpenAiCompatible({
  type: "lmstudio",
  hostOption: "lmstudioServerHost",
  urlOption: "lmstudioCustomUrl",
  requiresHost: true,
  requiresToken: false,
  apis: [Api.ChatCompletions, Api.Completions, Api.Embeddings, Api.Models, Api.Responses, Api.Messages],
  reasoningPlace: ReasoningPlace.Renamed + ReasoningPlace.Tags,
});
