/** The APIs of model providers that a path can name (ApiName of Higress's ai-proxy). */
export const enum Api {
  Unknown,
  ChatCompletions,
  Completions,
  Embeddings,
  AudioSpeech,
  AudioTranscription,
  AudioTranslation,
  Realtime,
  ImageGeneration,
  ImageVariation,
  ImageEdit,
  Batches,
  RetrieveBatch,
  CancelBatch,
  Files,
  RetrieveFile,
  RetrieveFileContent,
  Models,
  RetrieveModel,
  FineTuningJobs,
  RetrieveFineTuningJob,
  FineTuningJobEvents,
  FineTuningJobCheckpoints,
  CancelFineTuningJob,
  ResumeFineTuningJob,
  PauseFineTuningJob,
  FineTuningCheckpointPermissions,
  DeleteFineTuningCheckpointPermission,
  Responses,
  RetrieveResponse,
  Videos,
  RetrieveVideo,
  RetrieveVideoContent,
  VideoRemix,
  Messages,
  CountTokens,
  Complete,
  CohereRerank,
  QwenRerank,
  QwenConversations,
  /** Any other API of OpenAI's: what lies below one of the others, or an API that has no row of its own. */
  Other,
  Count,
}

/**
 * Whether the API keeps something at the provider that later requests refer to: responses, conversations, files, batches,
 * fine-tuning, and, as far as anybody knows, the APIs without a row (vector stores, assistants, threads, containers, …).
 */
export function isStateful(api: Api): bool {
  if (api == Api.Responses || api == Api.RetrieveResponse) return true;
  if (api == Api.QwenConversations || api == Api.Other) return true;
  if (api >= Api.Batches && api <= Api.RetrieveFileContent) return true;
  return api >= Api.FineTuningJobs && api <= Api.DeleteFineTuningCheckpointPermission;
}

/** The APIs of OpenAI. */
export const OPENAI_APIS: Api[] = openAiApis();

function openAiApis(): Api[] {
  const apis: Api[] = [];
  for (let api = <i32>Api.ChatCompletions; api < <i32>Api.Messages; api++) apis.push(api);
  return apis;
}

/** Whether responses of the API describe models, which OpenAI and Anthropic do differently. */
export function listsModels(api: Api): bool {
  return api == Api.Models || api == Api.RetrieveModel;
}

/** Whether a request of the API is a JSON object that must name a model. */
export function takesModel(api: Api): bool {
  return api == Api.ChatCompletions || api == Api.Completions || api == Api.Embeddings;
}

/** Whether Azure OpenAI serves the API below a deployment. https://learn.microsoft.com/azure/ai-foundry/openai/reference */
export function hasDeployment(api: Api): bool {
  switch (api) {
    case Api.ChatCompletions:
    case Api.Completions:
    case Api.Embeddings:
    case Api.AudioSpeech:
    case Api.AudioTranscription:
    case Api.AudioTranslation:
    case Api.ImageGeneration:
    case Api.ImageVariation:
    case Api.ImageEdit:
      return true;
    default:
      return false;
  }
}
