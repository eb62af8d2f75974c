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
import { isListed } from "./model-list";

const SLASH: u32 = 0x2f;
const BACKSLASH: u32 = 0x5c;
const COLON: u32 = 0x3a;

const decoded = new ByteBuffer();

/** What the path of a request says about its model. */
export const enum PathModel {
  /** Nothing, or models that are the consumer's alone. */
  Fine,
  /** A model that is not the consumer's. */
  Denied,
  /** It has dot segments, so that servers may understand another path by it; or it leads to an application with its own models. */
  Unclear,
}

/**
 * Looks for models where providers have them in paths: `/deployments/x/` of Azure OpenAI, `/engines/x/` of OpenAI before
 * 2023, `/models/x:verb` of Gemini and `/model/x/verb` of Bedrock.
 * On a path that is none of the known APIs `/apps/x/` is an application of DashScope's, which chooses its models itself.
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
