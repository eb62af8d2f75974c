import { ABSENT, byteAt, Slice, sliceSize, subslice } from "../bytes/slice";
import { Api } from "./api";

const SLASH = 0x2f;
const OPEN = 0x7b;
const CLOSE = 0x7d;
/** The length of `/v1`, with which the path of each row begins. */
const VERSION_SIZE = 3;

/** The names of Higress's ai-proxy, in the order of `Api`, from its second member on. */
const NAMES: StaticArray<string> = [
  "openai/v1/chatcompletions",
  "openai/v1/completions",
  "openai/v1/embeddings",
  "openai/v1/audiospeech",
  "openai/v1/audiotranscription",
  "openai/v1/audiotranslation",
  "openai/v1/realtime",
  "openai/v1/imagegeneration",
  "openai/v1/imagevariation",
  "openai/v1/imageedit",
  "openai/v1/batches",
  "openai/v1/retrievebatch",
  "openai/v1/cancelbatch",
  "openai/v1/files",
  "openai/v1/retrievefile",
  "openai/v1/retrievefilecontent",
  "openai/v1/models",
  "openai/v1/retrievemodel",
  "openai/v1/fine-tuningjobs",
  "openai/v1/retrievefine-tuningjob",
  "openai/v1/fine-tuningjobevents",
  "openai/v1/fine-tuningjobcheckpoints",
  "openai/v1/cancelfine-tuningjob",
  "openai/v1/resumefine-tuningjob",
  "openai/v1/pausefine-tuningjob",
  "openai/v1/fine-tuningcheckpointpermissions",
  "openai/v1/deletefine-tuningcheckpointpermission",
  "openai/v1/responses",
  "openai/v1/retrieveresponse",
  "openai/v1/videos",
  "openai/v1/retrievevideo",
  "openai/v1/retrievevideocontent",
  "openai/v1/videoremix",
  "anthropic/v1/messages",
  "anthropic/v1/messages/count_tokens",
  "anthropic/v1/complete",
  "cohere/v1/rerank",
  "qwen/v1/rerank",
  "qwen/v1/conversations",
];

// OpenAI: https://platform.openai.com/docs/api-reference · Anthropic: https://docs.anthropic.com/en/api/messages
/** The paths of the same APIs. `{…}` stands for one segment. No two of them fit one path. */
const PATHS: StaticArray<string> = [
  "/v1/chat/completions",
  "/v1/completions",
  "/v1/embeddings",
  "/v1/audio/speech",
  "/v1/audio/transcriptions",
  "/v1/audio/translations",
  "/v1/realtime",
  "/v1/images/generations",
  "/v1/images/variations",
  "/v1/images/edits",
  "/v1/batches",
  "/v1/batches/{batch_id}",
  "/v1/batches/{batch_id}/cancel",
  "/v1/files",
  "/v1/files/{file_id}",
  "/v1/files/{file_id}/content",
  "/v1/models",
  "/v1/models/{model}",
  "/v1/fine_tuning/jobs",
  "/v1/fine_tuning/jobs/{job_id}",
  "/v1/fine_tuning/jobs/{job_id}/events",
  "/v1/fine_tuning/jobs/{job_id}/checkpoints",
  "/v1/fine_tuning/jobs/{job_id}/cancel",
  "/v1/fine_tuning/jobs/{job_id}/resume",
  "/v1/fine_tuning/jobs/{job_id}/pause",
  "/v1/fine_tuning/checkpoints/{checkpoint}/permissions",
  "/v1/fine_tuning/checkpoints/{checkpoint}/permissions/{permission_id}",
  "/v1/responses",
  "/v1/responses/{response_id}",
  "/v1/videos",
  "/v1/videos/{video_id}",
  "/v1/videos/{video_id}/content",
  "/v1/videos/{video_id}/remix",
  "/v1/messages",
  "/v1/messages/count_tokens",
  "/v1/complete",
  "/v1/rerank",
  "/v1/reranks",
  "/v1/conversations",
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
  for (let i = 0; i < PATHS.length; i++) if (matches(tail, PATHS[i], ids)) return <Api>(i + 1);
  return Api.Unknown;
}

/** The API of that name (`openai/v1/chatcompletions`, …); `Unknown` if none. */
export function apiOfName(name: string): Api {
  return <Api>(NAMES.indexOf(name) + 1);
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
