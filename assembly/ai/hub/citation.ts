import { ABSENT, Slice, sliceSize } from "../../bytes/slice";
import { jsonInteger, jsonKind, JsonKind } from "../../json/value";

/** The most bytes that all citations of a response take: they are repeated in the last event of Responses. */
export const MOST_CITED_BYTES: i32 = 256 << 10;
/** What each of them counts beside its texts: what is written around them, and more. */
const AROUND: i32 = 256;

/**
 * A source that a model names for a part of its text. Texts are contents of JSON strings, ABSENT where they are not
 * known. Readers share one.
 */
// @ts-ignore: decorator
@unmanaged
export class Citation {
  url: Slice = ABSENT;
  title: Slice = ABSENT;
  /** What the source says. */
  quote: Slice = ABSENT;
  /** Where the part of the choice's text begins and ends, in characters, that is code points; 0 for both if that is not known. */
  start: i32 = 0;
  end: i32 = 0;

  /** Takes a source, whose place is not known at first. */
  set(url: Slice, title: Slice, quote: Slice): void {
    this.url = url;
    this.title = title;
    this.quote = quote;
    this.place(0, 0);
  }

  /** Sets the place; one that cannot be is not known. */
  place(start: i32, end: i32): void {
    const isKnown = start >= 0 && end >= start;
    this.start = isKnown ? start : 0;
    this.end = isKnown ? end : 0;
  }

  /** The bytes that it takes. */
  get size(): i32 {
    return AROUND + sliceSize(this.url) + sliceSize(this.title) + sliceSize(this.quote);
  }
}

/** The citation that is given now. */
export const citation = new Citation();

/** A place that a provider names, 0 where it names none; -1 for anything but a number that can be one. */
export function placeOf(value: Slice): i32 {
  const kind = jsonKind(value);
  if (kind == JsonKind.Absent) return 0;
  const place = kind == JsonKind.Number ? jsonInteger(value, -1) : -1;
  return place >= 0 && place <= i32.MAX_VALUE ? <i32>place : -1;
}
