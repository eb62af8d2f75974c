import { Slice } from "../bytes/slice";
import { NameList } from "./name-list";

/** What the value of a member means for the tokens of a message. */
export const enum TextField {
  /** Its strings are text. */
  Text,
  /** Nothing: a model does not see it. */
  None,
  /** It is an image. */
  Image,
  /** It is an image, audio, video or document. */
  Media,
  /** A model sees it as JSON. */
  Json,
}

const IMAGES = new NameList("image_url image");
const MEDIA = new NameList(
  "source inlineData inline_data fileData file file_data file_url file_id audio input_audio audio_url video video_url",
);
const JSON_VALUES = new NameList("input args response");
/** OpenRouter repeats `reasoning` in `reasoning_details`. */
const UNSEEN = new NameList(
  "role type id status index tool_call_id tool_use_id call_id signature thoughtSignature encrypted_content cache_control stop_reason " +
    "stop_sequence finish_reason finishReason logprobs annotations citation citations citationMetadata groundingMetadata safetyRatings " +
    "reasoning_details",
);

/** The meaning of a member in a message of any API, by its key token. */
export function textField(key: Slice): TextField {
  if (UNSEEN.has(key)) return TextField.None;
  if (IMAGES.has(key)) return TextField.Image;
  if (MEDIA.has(key)) return TextField.Media;
  return JSON_VALUES.has(key) ? TextField.Json : TextField.Text;
}
