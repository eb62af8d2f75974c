import { Api } from "../api";

/** Whether a request of the API may have a prompt in a JSON body; paths that name no known API may. */
export function mayHavePrompt(api: Api): bool {
  switch (api) {
    case Api.Unknown:
    case Api.Other:
    case Api.ChatCompletions:
    case Api.Completions:
    case Api.Responses:
    case Api.Messages:
    case Api.CountTokens:
    case Api.Complete:
      return true;
    default:
      return false;
  }
}

/** Whether the API has a prompt, and all bodies of its requests are JSON. */
export function takesJsonOnly(api: Api): bool {
  return api == Api.Embeddings || (api != Api.Unknown && api != Api.Other && mayHavePrompt(api));
}
