import { Api } from "../../assembly/ai/api";
import { RequestPath } from "../../assembly/ai/request-path";
import { constants } from "../../assembly/bytes/constant";
import { indexOfByte, Slice, sliceEndsWith, subslice } from "../../assembly/bytes/slice";

const QUESTION_MARK: u32 = 0x3f;

const requestPath = new RequestPath();

/**
 * What a request asks a model for: `gen_ai.operation.name` of OpenTelemetry, and further names where it has none.
 * https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/client-inference.md
 */
export const enum Operation {
  Other,
  Chat,
  TextCompletion,
  Embeddings,
  GenerateContent,
  ImageGeneration,
  TextToSpeech,
  SpeechToText,
  Rerank,
}

/** The names, in the order of `Operation`. */
export const OPERATIONS: StaticArray<Slice> = constants(
  "other chat text_completion embeddings generate_content image_generation text_to_speech speech_to_text rerank",
);

/** The API of a `:path`. */
export function apiOf(path: Slice): Api {
  requestPath.read(withoutQuery(path));
  return requestPath.api;
}

/** The operation of a `:path`, whose API is `api`. */
export function operationOf(api: Api, path: Slice): Operation {
  switch (api) {
    case Api.ChatCompletions:
    case Api.Messages:
    case Api.Responses:
      return Operation.Chat;
    case Api.Completions:
    case Api.Complete:
      return Operation.TextCompletion;
    case Api.Embeddings:
      return Operation.Embeddings;
    case Api.ImageGeneration:
    case Api.ImageVariation:
    case Api.ImageEdit:
      return Operation.ImageGeneration;
    case Api.AudioSpeech:
      return Operation.TextToSpeech;
    case Api.AudioTranscription:
    case Api.AudioTranslation:
      return Operation.SpeechToText;
    case Api.CohereRerank:
    case Api.QwenRerank:
      return Operation.Rerank;
    default:
      return ofForeignPath(withoutQuery(path));
  }
}

/**
 * Gemini's and DashScope's own protocols. https://ai.google.dev/api/generate-content,
 * https://www.alibabacloud.com/help/en/model-studio/use-qwen-by-calling-api
 */
function ofForeignPath(path: Slice): Operation {
  if (sliceEndsWith(path, ":generateContent") || sliceEndsWith(path, ":streamGenerateContent")) {
    return Operation.GenerateContent;
  }
  if (sliceEndsWith(path, ":embedContent") || sliceEndsWith(path, ":batchEmbedContents")) return Operation.Embeddings;
  return sliceEndsWith(path, "-generation/generation") ? Operation.Chat : Operation.Other;
}

function withoutQuery(path: Slice): Slice {
  const query = indexOfByte(path, QUESTION_MARK);
  return query < 0 ? path : subslice(path, 0, query);
}
