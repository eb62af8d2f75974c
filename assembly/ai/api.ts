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
  Count,
}

/** Whether the API keeps something at the provider that later requests speak of: responses, files, batches, fine-tuning. */
export function isStateful(api: Api): bool {
  if (api == Api.Responses || api == Api.RetrieveResponse) return true;
  if (api >= Api.Batches && api <= Api.RetrieveFileContent) return true;
  return api >= Api.FineTuningJobs && api <= Api.DeleteFineTuningCheckpointPermission;
}
