import {
  ABSENT,
  byteAt,
  Slice,
  sliceEquals,
  sliceEqualsIgnoringCase,
  sliceSize,
  startsWithIgnoringCase,
  subslice,
  trimmed,
} from "../../assembly/bytes/slice";
import { indexOfByte } from "../../assembly/bytes/slice";
import { HeaderMap } from "../../assembly/host/headers";

const COMMA: u32 = 0x2c;
const ZERO: u32 = 0x30;
/** Seconds: any age will do. */
const LONGEST_AGE: i64 = i32.MAX_VALUE;
const NAME = "cache-control";
const MAX_AGE = "max-age=";

/**
 * What a client asks of the cache by `Cache-Control`. Others than these directives have no effect.
 * https://www.rfc-editor.org/rfc/rfc9111#section-5.2.1
 */
export class Directives {
  /** Stored responses are not used; the new one is stored. */
  noCache: bool = false;
  /** The response is not stored. */
  noStore: bool = false;
  /** Only a stored response is used. */
  onlyIfCached: bool = false;
  /** The most seconds since the response was stored; -1 for any number. */
  maxAge: i32 = -1;

  /** Reads the header, which may have several lines. */
  read(headers: HeaderMap): void {
    this.reset();
    if (headers.get(NAME) == ABSENT) return;
    for (let i = 0; i < headers.count; i++) if (sliceEquals(headers.nameAt(i), NAME)) this.readLine(headers.valueAt(i));
  }

  /** Whether the request waits for an equal one, and others for it: of those that wait, each may be the one whose response is stored. */
  get waits(): bool {
    return !this.noStore && !this.onlyIfCached;
  }

  /** Whether a response of so many seconds may be used. */
  accepts(age: i64): bool {
    return !this.noCache && (this.maxAge < 0 || age <= <i64>this.maxAge);
  }

  /** Forgets the request. */
  reset(): void {
    this.noCache = false;
    this.noStore = false;
    this.onlyIfCached = false;
    this.maxAge = -1;
  }

  private readLine(line: Slice): void {
    let rest = line;
    while (sliceSize(rest) > 0) {
      const comma = indexOfByte(rest, COMMA);
      const item = trimmed(comma < 0 ? rest : subslice(rest, 0, comma));
      rest = comma < 0 ? subslice(rest, 0, 0) : subslice(rest, comma + 1);
      if (sliceEqualsIgnoringCase(item, "no-cache")) this.noCache = true;
      else if (sliceEqualsIgnoringCase(item, "no-store")) this.noStore = true;
      else if (sliceEqualsIgnoringCase(item, "only-if-cached")) this.onlyIfCached = true;
      else if (startsWithIgnoringCase(item, MAX_AGE)) this.readAge(subslice(item, MAX_AGE.length));
    }
  }

  /** What is no number is 0: the client wants some limit. Of several numbers the smallest one counts. */
  private readAge(text: Slice): void {
    if (!sliceSize(text)) return;
    let age: i64 = 0;
    for (let i = 0; i < sliceSize(text); i++) {
      const digit = byteAt(text, i) - ZERO;
      if (digit > 9) {
        age = 0;
        break;
      }
      age = min(age * 10 + <i64>digit, LONGEST_AGE);
    }
    this.maxAge = this.maxAge < 0 ? <i32>age : min(this.maxAge, <i32>age);
  }
}
