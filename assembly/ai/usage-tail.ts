import { ByteBuffer } from "../bytes/buffer";
import { byteAt, indexOfText, Slice, sliceSize, subslice } from "../bytes/slice";
import { jsonValidate } from "../json/validate";
import { JsonWalker } from "../json/walker";
import { TokenUsage, UsageStatus } from "./usage";

/** The bytes at the end of a body that are looked at: the usage stands last or almost last in all protocols. */
const TAIL_BYTES: i32 = 1024;
/** How the name of a member with the usage begins, in all protocols. */
const USAGE = '"usage';
const BACKSLASH: u32 = 0x5c;

const tail = new ByteBuffer();
const walker = new JsonWalker();

/**
 * Reads the usage at the end of a whole response, where it is complete: nothing in front of it is read. Returns `false` if it is not, and the body
 * must be read from its beginning. The rest of the body is not validated.
 */
export function readUsageAtEnd(body: Slice, usage: TokenUsage): bool {
  const end = subslice(body, max(sliceSize(body) - TAIL_BYTES, 0));
  let at = -1;
  for (let i = indexOfText(end, USAGE); i >= 0; i = indexOfText(end, USAGE, i + 1)) at = i;
  if (at <= 0 || byteAt(end, at - 1) == BACKSLASH) return false;
  // What follows is a part of the outermost object if it ends that object: what is nested leaves a bracket without its beginning.
  tail.clear();
  tail.byte(0x7b).append(subslice(end, at));
  if (jsonValidate(tail.slice)) return false;
  walker.start(tail.slice);
  walker.enterObject();
  walker.nextMember();
  if (!walker.keyIs("usage") && !walker.keyIs("usageMetadata")) return false;
  usage.read(walker.value());
  return usage.status == UsageStatus.Complete;
}
