import { ABSENT, indexOfByte, Slice, sliceBetween, sliceEnd, sliceStart, subslice } from "./slice";

const QUESTION: u32 = 0x3f;
const HASH: u32 = 0x23;
const AMPERSAND: u32 = 0x26;
const EQUALS: u32 = 0x3d;

/** A path without its query. */
export function withoutQuery(path: Slice): Slice {
  const question = indexOfByte(path, QUESTION);
  return question < 0 ? path : subslice(path, 0, question);
}

/** The query of a path, without the `?`; `ABSENT` if it has none. */
export function queryOf(path: Slice): Slice {
  const question = indexOfByte(path, QUESTION);
  if (question < 0) return ABSENT;
  const fragment = indexOfByte(path, HASH, question);
  return subslice(path, question + 1, fragment < 0 ? i32.MAX_VALUE : fragment);
}

/** Iterates over the parameters of a query, `name=value` between `&`, without decoding them. */
// @ts-ignore: decorator
@unmanaged
export class QueryParameters {
  private query: Slice = ABSENT;
  private at: usize = 0;
  /** The whole parameter. */
  whole: Slice = ABSENT;
  /** Its name. */
  name: Slice = ABSENT;
  /** Its value; empty without `=`. */
  value: Slice = ABSENT;

  /** Begins with a query. */
  begin(query: Slice): void {
    this.query = query;
    this.at = sliceStart(query);
  }

  /** Goes to the next parameter that is not empty; `false` if there is none. */
  next(): bool {
    const end = sliceEnd(this.query);
    while (this.at < end) {
      const rest = sliceBetween(this.at, end);
      const length = indexOfByte(rest, AMPERSAND);
      const whole = length < 0 ? rest : subslice(rest, 0, length);
      this.at = sliceEnd(whole) + 1;
      if (length == 0) continue;
      const equals = indexOfByte(whole, EQUALS);
      this.whole = whole;
      this.name = equals < 0 ? whole : subslice(whole, 0, equals);
      this.value = equals < 0 ? subslice(whole, i32.MAX_VALUE) : subslice(whole, equals + 1);
      return true;
    }
    return false;
  }
}
