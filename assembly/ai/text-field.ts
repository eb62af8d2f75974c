import { Slice } from "../bytes/slice";
import { NameClasses } from "./name-classes";

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

const FIELDS = new NameClasses()
  .add(TextField.Image, "image_url image")
  .add(
    TextField.Media,
    "source inlineData inline_data fileData file file_data file_url file_id audio input_audio audio_url video video_url",
  )
  .add(TextField.Json, "input args response")
  .add(
    TextField.None,
    "role type id status index tool_call_id tool_use_id call_id signature thoughtSignature encrypted_content cache_control stop_reason " +
      "stop_sequence finish_reason finishReason logprobs annotations citation citations citationMetadata groundingMetadata safetyRatings",
  )
  // OpenRouter repeats `reasoning` in it.
  .add(TextField.None, "reasoning_details");

/** The meaning of a member in a message of any API, by its key token. */
export function textField(key: Slice): TextField {
  return FIELDS.of(key);
}
