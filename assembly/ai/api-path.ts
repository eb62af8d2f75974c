import { ABSENT, byteAt, Slice, sliceSize, subslice } from "../bytes/slice";
import { ByteBuffer } from "../bytes/buffer";
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

let firstId: Slice = ABSENT;
let secondId: Slice = ABSENT;

/** The API whose path is `/v1` and then `tail`; `Unknown` if none. */
export function apiOfTail(tail: Slice): Api {
  for (let i = 0; i < ROWS.length; i++) if (matches(tail, ROWS[i].path)) return ROWS[i].api;
  return Api.Unknown;
}

/** OpenAI's own path of the API, with `{…}` where an id stands; "" for `Unknown`. */
export function pathOfApi(api: Api): string {
  for (let i = 0; i < ROWS.length; i++) if (ROWS[i].api == api) return ROWS[i].path;
  return "";
}

/** The API of that name (`openai/v1/chatcompletions`, …); `Unknown` if none. */
export function apiOfName(name: string): Api {
  for (let i = 0; i < ROWS.length; i++) if (ROWS[i].name == name) return ROWS[i].api;
  return Api.Unknown;
}

/** Appends a path with each `{…}` replaced by the id that stands there in the client's path, `/v1` and then `tail`. */
export function writePath(template: string, tail: Slice, out: ByteBuffer): void {
  if (template.indexOf("{") < 0) {
    out.text(template);
    return;
  }
  apiOfTail(tail);
  let isSecond = false;
  for (let i = 0; i < template.length; i++) {
    const unit = template.charCodeAt(i);
    if (unit != OPEN) {
      out.byte(unit);
      continue;
    }
    while (i < template.length && template.charCodeAt(i) != CLOSE) i++;
    out.append(isSecond ? secondId : firstId);
    isSecond = true;
  }
}

/** Whether `tail` is what follows `/v1` in the path of a row; sets the ids that stand at its `{…}`, which are not empty. */
function matches(tail: Slice, path: string): bool {
  firstId = ABSENT;
  secondId = ABSENT;
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
    if (firstId == ABSENT) firstId = id;
    else secondId = id;
    while (path.charCodeAt(i) != CLOSE) i++;
  }
  return at == size;
}
