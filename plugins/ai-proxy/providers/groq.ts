import { Api, OpenAiCompatible, ReasoningPlace } from "../openai-compatible";

/** Groq. https://console.groq.com/docs/openai */
export const groq = new OpenAiCompatible({
  type: "groq",
  address: "api.groq.com/openai/v1",
  apis: [Api.ChatCompletions, Api.Models, Api.RetrieveModel, Api.AudioTranscription, Api.AudioTranslation],
  responsesBase: "/openai/v1",
  drops: "logprobs logit_bias top_logprobs n messages.name messages.reasoning_content",
  reasoningPlace: ReasoningPlace.Renamed + ReasoningPlace.Tags,
});
