import { ABSENT, Slice, sliceEnd, sliceOf, sliceStart } from "../bytes/slice";
import { skipSpace } from "./space";
import { tokenAt } from "./token";

const COLON: u32 = 0x3a;
const COMMA: u32 = 0x2c;

/** Goes through a valid JSON text from front to back: brackets, commas, colons, strings and other scalars one by one. */
// @ts-ignore: decorator
@unmanaged
export class JsonTokens {
  private at: usize = 0;
  private end: usize = 0;
  /** The token. */
  token: Slice = ABSENT;
  /** Its first byte, which says what it is. */
  first: u32 = 0;
  /** Whether it is the key of a member. */
  isKey: bool = false;

  /** Begins in front of the first token. */
  begin(json: Slice): void {
    this.at = sliceStart(json);
    this.end = sliceEnd(json);
  }

  /** Goes to the next token; `false` at the end. */
  next(): bool {
    const end = this.end;
    const p = skipSpace(this.at, end);
    if (p >= end) return false;
    const first: u32 = load<u8>(p);
    this.first = first;
    this.isKey = false;
    this.token = isPunctuation(first) ? sliceOf(p, 1) : tokenAt(p, end);
    this.at = this.token == ABSENT ? end : sliceEnd(this.token);
    if (first == 0x22) {
      const behind = skipSpace(this.at, end);
      this.isKey = behind < end && load<u8>(behind) == COLON;
    }
    return this.token != ABSENT;
  }
}

function isPunctuation(byte: u32): bool {
  return (byte | 0x20) == 0x7b || (byte | 0x20) == 0x7d || byte == COMMA || byte == COLON;
}
