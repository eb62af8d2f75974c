import { ByteBuffer } from "../../assembly/bytes/buffer";
import { decodePercent } from "../../assembly/bytes/percent";
import {
  ABSENT,
  byteAt,
  lastIndexOfByte,
  Slice,
  sliceEquals,
  sliceEqualsIgnoringCase,
  sliceSize,
  subslice,
} from "../../assembly/bytes/slice";
import { isListed } from "../../assembly/ai/model-list";

const SLASH: u32 = 0x2f;
const BACKSLASH: u32 = 0x5c;
const COLON: u32 = 0x3a;

const decoded = new ByteBuffer();

/** The model in the path of a request. */
export const enum PathModel {
  /** No model, or only models that the consumer may use. */
  Fine,
  /** A model that the consumer may not use. */
  Denied,
  /** Dot segments, which servers may resolve differently; or an application with its own models. */
  Unclear,
}

/**
 * Checks the models in the paths of providers: `/deployments/x/` of Azure OpenAI, `/engines/x/` of OpenAI before
 * 2023, `/models/x:verb` of Gemini and `/model/x/verb` of Bedrock.
 * On a path of no known API `/apps/x/` is an application of DashScope, which chooses its models itself.
 * https://learn.microsoft.com/azure/ai-foundry/openai/reference · https://ai.google.dev/api/generate-content ·
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html ·
 * https://help.aliyun.com/zh/model-studio/call-application-through-api
 */
export function modelOfPath(path: Slice, models: Slice, isUnknown: bool): PathModel {
  decoded.clear();
  const text = decodePercent(path, decoded);
  const size = sliceSize(text);
  let before: Slice = ABSENT;
  for (let from = 0; from < size;) {
    let end = from;
    while (end < size && byteAt(text, end) != SLASH && byteAt(text, end) != BACKSLASH) end++;
    const segment = subslice(text, from, end);
    from = end + 1;
    if (sliceSize(segment) == 0) continue;
    if (sliceEquals(segment, "..") || sliceEquals(segment, ".")) return PathModel.Unclear;
    if (isUnknown && sliceEqualsIgnoringCase(before, "apps")) return PathModel.Unclear;
    if (isDenied(before, segment, models)) return PathModel.Denied;
    before = segment;
  }
  return PathModel.Fine;
}

function isDenied(before: Slice, segment: Slice, models: Slice): bool {
  if (sliceEqualsIgnoringCase(before, "models")) {
    const colon = lastIndexOfByte(segment, COLON);
    return !isListed(segment, models) && !(colon >= 0 && isListed(subslice(segment, 0, colon), models));
  }
  const namesOne =
    sliceEqualsIgnoringCase(before, "deployments") ||
    sliceEqualsIgnoringCase(before, "engines") ||
    sliceEqualsIgnoringCase(before, "model");
  return namesOne && !isListed(segment, models);
}
