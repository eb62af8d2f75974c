import { Slice, byteAt, sliceIncludes, sliceSize, sliceStartsWith } from "../../../../assembly/bytes/slice";

/**
 * Whether DashScope serves a model by its multimodal endpoint. Each model has one of the two and refuses the other, even
 * for plain text: https://help.aliyun.com/zh/model-studio/error-code#error-url and, for the names,
 * https://www.alibabacloud.com/help/en/model-studio/qwen-api-via-dashscope
 */
export function isMultimodalModel(model: Slice): bool {
  if (sliceIncludes(model, "-vl") || sliceIncludes(model, "-omni") || sliceIncludes(model, "-ocr")) return true;
  if (sliceStartsWith(model, "qvq") || sliceIncludes(model, "-audio") || sliceStartsWith(model, "kimi-k2.5"))
    return true;
  return isSightedGeneration(model);
}

/** From 3.5 on a Qwen sees by itself; the `-max` ones do from 3.8 on. */
function isSightedGeneration(model: Slice): bool {
  if (!sliceStartsWith(model, "qwen3.") || sliceSize(model) < 7) return false;
  const minor = byteAt(model, 6) - 0x30;
  if (minor > 9 || minor < 5 || sliceIncludes(model, "-coder")) return false;
  return minor >= 8 || !sliceIncludes(model, "-max");
}

/** Whether the model reads files that were uploaded before: https://help.aliyun.com/zh/model-studio/long-context-qwen-long */
export function isLongModel(model: Slice): bool {
  return sliceStartsWith(model, "qwen-long");
}
