import { ByteBuffer } from "../bytes/buffer";
import { byteAt, lastIndexOfText, Slice, sliceSize, subslice } from "../bytes/slice";
import { JsonWalker } from "../json/walker";
import { TokenUsage, UsageStatus } from "./usage";

/** The bytes at the end of a body that are looked at: the usage stands last or almost last in all protocols. */
const TAIL_BYTES: i32 = 1024;
/** How the name of a member with the usage begins, in all protocols. */
export const USAGE = '"usage';
const BACKSLASH: u32 = 0x5c;

const tail = new ByteBuffer();
const walker = new JsonWalker();

/**
 * Reads the usage at the end of a whole response, where it is complete: nothing in front of it is read. Returns `false` if it is not, and the body
 * must be read from its beginning; `usage` knows no numbers before. The rest of the body is not validated.
 */
export function readUsageAtEnd(body: Slice, usage: TokenUsage): bool {
  const end = subslice(body, max(sliceSize(body) - TAIL_BYTES, 0));
  const at = lastIndexOfText(end, USAGE);
  if (at <= 0 || byteAt(end, at - 1) == BACKSLASH) return false;
  // What follows is a part of the outermost object if it ends that object: what is nested leaves a bracket without its beginning.
  tail.clear();
  tail.byte(0x7b).append(subslice(end, at));
  walker.startText(tail.slice);
  if (!walker.enterObject() || !walker.nextMember()) return false;
  if (!walker.keyIs("usage") && !walker.keyIs("usageMetadata")) return false;
  usage.readNext(walker);
  while (walker.nextMember()) walker.value();
  if (walker.isValid && usage.status == UsageStatus.Complete) return true;
  usage.reset();
  return false;
}
