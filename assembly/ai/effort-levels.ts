import { Slice } from "../bytes/slice";
import { jsonEquals } from "../json/value";
import { Effort } from "./hub/request-sink";

/** The names of efforts, from the least on: the position of a name is its level, and its bit in a set of levels. */
export const LEVEL_NAMES: string[] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/** The level of a name, a JSON value; -1 for any other value. */
export function levelOfName(name: Slice): i32 {
  for (let i = 0; i < LEVEL_NAMES.length; i++) if (jsonEquals(name, LEVEL_NAMES[i])) return i;
  return -1;
}

/** The level of an effort that is not `Adaptive`. */
export function levelOfEffort(effort: Effort): i32 {
  return effort == Effort.Highest ? LEVEL_NAMES.length - 1 : <i32>effort;
}

/** The level itself if it is in the set, else the next one above, else the highest; -1 for an empty set. */
export function nearestLevel(levels: u32, level: i32): i32 {
  const above = levels & (u32.MAX_VALUE << level);
  return above ? ctz<u32>(above) : 31 - clz<u32>(levels);
}
