import { Api, OpenAiCompatible } from "../openai-compatible";

/** GitHub Models. https://docs.github.com/en/rest/models/inference */
export const github = new OpenAiCompatible({
  type: "github",
  address: "models.github.ai/inference",
  apis: [Api.ChatCompletions, Api.Embeddings],
});
