import { JsonWalker } from "../json/walker";

/** What the value of a member means for the tokens of a message. */
export const enum TextField {
  /** Nothing: a model does not see it. */
  None,
  /** Its strings are text. */
  Text,
  /** A model sees it as JSON. */
  Json,
  /** It is an image, audio, video or document. */
  Media,
}

/** The meaning of a member in a message of any API, to whose key the walker has come. */
export function textField(walker: JsonWalker): TextField {
  // The most common ones first.
  if (walker.keyIs("content") || walker.keyIs("text")) return TextField.Text;
  if (isUnseen(walker)) return TextField.None;
  if (isMedia(walker)) return TextField.Media;
  return walker.keyIs("input") || walker.keyIs("args") || walker.keyIs("response") ? TextField.Json : TextField.Text;
}

function isUnseen(walker: JsonWalker): bool {
  if (walker.keyIs("role") || walker.keyIs("type") || walker.keyIs("id") || walker.keyIs("status")) return true;
  if (walker.keyIs("tool_call_id") || walker.keyIs("tool_use_id") || walker.keyIs("call_id")) return true;
  if (walker.keyIs("signature") || walker.keyIs("thoughtSignature") || walker.keyIs("encrypted_content")) return true;
  if (walker.keyIs("cache_control") || walker.keyIs("stop_reason") || walker.keyIs("stop_sequence")) return true;
  if (walker.keyIs("finish_reason") || walker.keyIs("finishReason") || walker.keyIs("logprobs")) return true;
  if (walker.keyIs("annotations") || walker.keyIs("citation") || walker.keyIs("citations")) return true;
  if (walker.keyIs("citationMetadata") || walker.keyIs("groundingMetadata") || walker.keyIs("safetyRatings"))
    return true;
  // OpenRouter repeats `reasoning` there.
  return walker.keyIs("reasoning_details");
}

function isMedia(walker: JsonWalker): bool {
  if (walker.keyIs("image_url") || walker.keyIs("image") || walker.keyIs("source")) return true;
  if (walker.keyIs("inlineData") || walker.keyIs("inline_data") || walker.keyIs("fileData")) return true;
  if (walker.keyIs("file") || walker.keyIs("file_data") || walker.keyIs("file_url") || walker.keyIs("file_id"))
    return true;
  if (walker.keyIs("audio") || walker.keyIs("input_audio") || walker.keyIs("audio_url")) return true;
  return walker.keyIs("video") || walker.keyIs("video_url");
}
