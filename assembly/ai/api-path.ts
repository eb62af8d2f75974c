import { ABSENT, byteAt, Slice, sliceSize, subslice } from "../bytes/slice";
import { Api } from "./api";

const SLASH = 0x2f;
const OPEN = 0x7b;
const CLOSE = 0x7d;
/** The length of `/v1`, with which the path of each row begins. */
const VERSION_SIZE = 3;

class Row {
  constructor(
    readonly api: Api,
    readonly name: string,
    readonly path: string,
  ) {}
}

// Names and order of Higress's ai-proxy; where two paths fit, the first row counts. `{…}` stands for one segment.
// OpenAI: https://platform.openai.com/docs/api-reference · Anthropic: https://docs.anthropic.com/en/api/messages
const ROWS: Row[] = [
  new Row(Api.ChatCompletions, "openai/v1/chatcompletions", "/v1/chat/completions"),
  new Row(Api.Completions, "openai/v1/completions", "/v1/completions"),
  new Row(Api.Embeddings, "openai/v1/embeddings", "/v1/embeddings"),
  new Row(Api.AudioSpeech, "openai/v1/audiospeech", "/v1/audio/speech"),
  new Row(Api.AudioTranscription, "openai/v1/audiotranscription", "/v1/audio/transcriptions"),
  new Row(Api.AudioTranslation, "openai/v1/audiotranslation", "/v1/audio/translations"),
  new Row(Api.Realtime, "openai/v1/realtime", "/v1/realtime"),
  new Row(Api.ImageGeneration, "openai/v1/imagegeneration", "/v1/images/generations"),
  new Row(Api.ImageVariation, "openai/v1/imagevariation", "/v1/images/variations"),
  new Row(Api.ImageEdit, "openai/v1/imageedit", "/v1/images/edits"),
  new Row(Api.Batches, "openai/v1/batches", "/v1/batches"),
  new Row(Api.Files, "openai/v1/files", "/v1/files"),
  new Row(Api.Models, "openai/v1/models", "/v1/models"),
  new Row(Api.FineTuningJobs, "openai/v1/fine-tuningjobs", "/v1/fine_tuning/jobs"),
  new Row(Api.Responses, "openai/v1/responses", "/v1/responses"),
  new Row(Api.Videos, "openai/v1/videos", "/v1/videos"),
  new Row(Api.Messages, "anthropic/v1/messages", "/v1/messages"),
  new Row(Api.CountTokens, "anthropic/v1/messages/count_tokens", "/v1/messages/count_tokens"),
  new Row(Api.Complete, "anthropic/v1/complete", "/v1/complete"),
  new Row(Api.CohereRerank, "cohere/v1/rerank", "/v1/rerank"),
  new Row(Api.QwenRerank, "qwen/v1/rerank", "/v1/reranks"),
  new Row(Api.QwenConversations, "qwen/v1/conversations", "/v1/conversations"),
  new Row(Api.RetrieveBatch, "openai/v1/retrievebatch", "/v1/batches/{batch_id}"),
  new Row(Api.CancelBatch, "openai/v1/cancelbatch", "/v1/batches/{batch_id}/cancel"),
  new Row(Api.RetrieveFile, "openai/v1/retrievefile", "/v1/files/{file_id}"),
  new Row(Api.RetrieveFileContent, "openai/v1/retrievefilecontent", "/v1/files/{file_id}/content"),
  new Row(Api.RetrieveModel, "openai/v1/retrievemodel", "/v1/models/{model}"),
  new Row(Api.RetrieveResponse, "openai/v1/retrieveresponse", "/v1/responses/{response_id}"),
  new Row(Api.RetrieveVideo, "openai/v1/retrievevideo", "/v1/videos/{video_id}"),
  new Row(Api.RetrieveVideoContent, "openai/v1/retrievevideocontent", "/v1/videos/{video_id}/content"),
  new Row(Api.VideoRemix, "openai/v1/videoremix", "/v1/videos/{video_id}/remix"),
  new Row(Api.RetrieveFineTuningJob, "openai/v1/retrievefine-tuningjob", "/v1/fine_tuning/jobs/{job_id}"),
  new Row(Api.FineTuningJobEvents, "openai/v1/fine-tuningjobevents", "/v1/fine_tuning/jobs/{job_id}/events"),
  new Row(
    Api.FineTuningJobCheckpoints,
    "openai/v1/fine-tuningjobcheckpoints",
    "/v1/fine_tuning/jobs/{job_id}/checkpoints",
  ),
  new Row(Api.CancelFineTuningJob, "openai/v1/cancelfine-tuningjob", "/v1/fine_tuning/jobs/{job_id}/cancel"),
  new Row(Api.ResumeFineTuningJob, "openai/v1/resumefine-tuningjob", "/v1/fine_tuning/jobs/{job_id}/resume"),
  new Row(Api.PauseFineTuningJob, "openai/v1/pausefine-tuningjob", "/v1/fine_tuning/jobs/{job_id}/pause"),
  new Row(
    Api.FineTuningCheckpointPermissions,
    "openai/v1/fine-tuningcheckpointpermissions",
    "/v1/fine_tuning/checkpoints/{checkpoint}/permissions",
  ),
  new Row(
    Api.DeleteFineTuningCheckpointPermission,
    "openai/v1/deletefine-tuningcheckpointpermission",
    "/v1/fine_tuning/checkpoints/{checkpoint}/permissions/{permission_id}",
  ),
];

/** The ids in a path, in their order: parts of the path, `ABSENT` where it has fewer. */
export class PathIds {
  /** The first id. */
  first: Slice = ABSENT;
  /** The second id. */
  second: Slice = ABSENT;

  /** Forgets both. */
  clear(): void {
    this.first = ABSENT;
    this.second = ABSENT;
  }
}

const unused = new PathIds();

/** The API whose path is `/v1` and `tail`, `Unknown` if none. The ids in the path are written to `ids`. */
export function apiOfTail(tail: Slice, ids: PathIds = unused): Api {
  for (let i = 0; i < ROWS.length; i++) if (matches(tail, ROWS[i].path, ids)) return ROWS[i].api;
  return Api.Unknown;
}

/** The API of that name (`openai/v1/chatcompletions`, …); `Unknown` if none. */
export function apiOfName(name: string): Api {
  for (let i = 0; i < ROWS.length; i++) if (ROWS[i].name == name) return ROWS[i].api;
  return Api.Unknown;
}

/** Whether `tail` is what follows `/v1` in the path of a row; writes the ids, none of them empty, to `ids`. */
function matches(tail: Slice, path: string, ids: PathIds): bool {
  ids.clear();
  const size = sliceSize(tail);
  let at = 0;
  for (let i = VERSION_SIZE; i < path.length; i++) {
    const unit = <u32>path.charCodeAt(i);
    if (unit != OPEN) {
      if (at == size || byteAt(tail, at++) != unit) return false;
      continue;
    }
    const from = at;
    while (at < size && byteAt(tail, at) != SLASH) at++;
    if (at == from) return false;
    const id = subslice(tail, from, at);
    if (ids.first == ABSENT) ids.first = id;
    else ids.second = id;
    while (path.charCodeAt(i) != CLOSE) i++;
  }
  return at == size;
}
