import { byteAt, Slice, sliceStartsWith, subslice } from "../../assembly/bytes/slice";
import { nextMark } from "../../assembly/json/member-marks";

const QUOTE: u32 = 0x22;
/** How the names `finish_reason`, `stop_reason`, `finishReason` and `reason` end before their `n`. */
const REASON = "easo";

/** What an event may have, by the names in its data. */
export const enum Marks {
  None = 0,
  Error = 1,
  /** Its usage, or why the model has stopped: chats say `null` in each event. */
  Facts = 2,
}

/** What an event may have: others are not parsed. */
export function marksOf(data: Slice): Marks {
  let marks = 0;
  for (let at = nextMark(data, 0); at >= 0; at = nextMark(data, at + 1)) {
    if (byteAt(data, at) != QUOTE) {
      if (hasReason(data, at)) marks |= Marks.Facts;
    } else {
      const name = subslice(data, at);
      if (sliceStartsWith(name, '"usage')) marks |= Marks.Facts;
      else if (sliceStartsWith(name, '"error"')) marks |= Marks.Error;
    }
  }
  return <Marks>marks;
}

/** Whether the name of a reason, whose last letter is at `at`, has another value than `null`. */
function hasReason(data: Slice, at: i32): bool {
  const from = at - REASON.length;
  return (
    from >= 0 && sliceStartsWith(subslice(data, from), REASON) && !sliceStartsWith(subslice(data, at + 2), ":null")
  );
}
