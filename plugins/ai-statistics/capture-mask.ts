import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceSize, subslice } from "../../assembly/bytes/slice";
import { Captures } from "../../assembly/pattern/captures";
import { Pattern } from "../../assembly/pattern/pattern";

const MASK = "[masked]";

const captures = new Captures();
/** Where the next match of each pattern begins and ends. */
const starts: i32[] = [];
const ends: i32[] = [];

/**
 * Appends the bytes of a text from one offset to another, with each match of a pattern replaced. Matches may begin before `from` and end
 * after `to`; those that overlap or touch are replaced by one mask. Takes linear time for each pattern.
 */
export function appendMasked(text: Slice, from: i32, to: i32, patterns: Pattern[], out: ByteBuffer): void {
  for (let i = 0; i < patterns.length; i++) {
    if (i == starts.length) {
      starts.push(0);
      ends.push(0);
    }
    findNext(text, patterns, i, 0);
  }
  let at = from;
  while (at < to) {
    let first = sliceSize(text);
    for (let i = 0; i < patterns.length; i++) first = min(first, starts[i]);
    if (first >= to) break;
    let end = first;
    for (let grows = true; grows;) {
      grows = false;
      for (let i = 0; i < patterns.length; i++) {
        while (starts[i] <= end && starts[i] < sliceSize(text)) {
          end = max(end, ends[i]);
          findNext(text, patterns, i, ends[i]);
          grows = true;
        }
      }
    }
    if (end <= at) continue;
    if (first > at) out.append(subslice(text, at, first));
    out.text(MASK);
    at = end;
  }
  if (at < to) out.append(subslice(text, at, to));
}

/** Finds the next match that is not empty. */
function findNext(text: Slice, patterns: Pattern[], i: i32, from: i32): void {
  const size = sliceSize(text);
  let at = from;
  while (at < size && patterns[i].find(text, captures, at)) {
    const start = captures.start(0);
    const end = captures.end(0);
    if (end > start) {
      starts[i] = start;
      ends[i] = end;
      return;
    }
    at = end + 1;
  }
  starts[i] = size;
  ends[i] = size;
}
