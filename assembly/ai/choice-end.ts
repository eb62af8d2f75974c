import { Slice, sliceSize } from "../bytes/slice";
import { jsonContent, jsonEquals, jsonGet } from "../json/value";

/**
 * Whether a choice of a chat or a completion has ended with this chunk: it has a `finish_reason`. Some servers send an empty one, or the text `null`, in all chunks
 * before. https://www.alibabacloud.com/help/en/model-studio/qwen-api-via-dashscope
 */
export function hasFinished(choice: Slice): bool {
  const reason = jsonGet(choice, "finish_reason");
  return sliceSize(jsonContent(reason)) > 0 && !jsonEquals(reason, "null");
}
