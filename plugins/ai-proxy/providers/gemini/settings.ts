import { GEMINI_REASONING } from "../../../../assembly/ai/protocols/gemini/reasoning-format";
import { Api } from "../../../../assembly/ai/api";
import { ProviderSettings } from "../../config/provider-settings";

/** What is known about Gemini: an object of its own for each configuration. */
export function geminiSettings(): ProviderSettings {
  return {
    type: "gemini",
    host: "generativelanguage.googleapis.com",
    base: "/v1beta/openai",
    // https://ai.google.dev/gemini-api/docs/openai
    callSignatures: GEMINI_REASONING,
    apis: [Api.ChatCompletions, Api.Embeddings, Api.Models, Api.RetrieveModel, Api.ImageGeneration],
  };
}
