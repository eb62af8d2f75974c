import {
  byteAt,
  indexOfText,
  Slice,
  sliceEndsWith,
  sliceEquals,
  sliceSize,
  sliceStartsWith,
  subslice,
  trimmed,
} from "../bytes/slice";
import { wordHashOf } from "../bytes/hash";
import { parseHttpDate, parseRfc3339 } from "./date";
import { LONGEST_WAIT, readDuration, TextCursor } from "./time-span";

/** A number of seconds from here on is a time since 1970; one from the second limit on is in milliseconds. */
const EARLIEST_SECOND: i64 = 1_000_000_000;
const EARLIEST_MILLISECOND: i64 = 100_000_000_000;

/** The limits (requests, tokens, …) of which a provider may report the reset in one response. More are ignored. */
const MOST_LIMITS = 8;
/** How much of a body is searched for a hint, in bytes. */
const LONGEST_BODY = 8192;

const cursor = new TextCursor();

/**
 * How long a provider asks to wait, collected from a response that says no. Absent, negative, past and absurd values (more than
 * a year) are ignored; the caller caps the rest.
 *
 * @example
 * hints.begin(nowInMilliseconds);
 * for (let i = 0; i < headers.count; i++) hints.header(headers.nameAt(i), headers.valueAt(i));
 * hints.body(body);
 * const wait = hints.wait;
 */
export class RetryHints {
  private now: i64 = 0;
  private exact: i64 = 0;
  private retryAfter: i64 = 0;
  private reset: i64 = 0;
  private fromBody: i64 = 0;
  private limits: i32 = 0;
  private readonly names: StaticArray<u64> = new StaticArray<u64>(MOST_LIMITS);
  private readonly waits: StaticArray<i64> = new StaticArray<i64>(MOST_LIMITS);
  private readonly isUsedUp: StaticArray<bool> = new StaticArray<bool>(MOST_LIMITS);

  /** Forgets all hints; `now` is the time of the response, in milliseconds since 1970. */
  begin(now: i64): void {
    this.now = now;
    this.exact = 0;
    this.retryAfter = 0;
    this.reset = 0;
    this.fromBody = 0;
    this.limits = 0;
  }

  /**
   * Reads one header; its name is in lower case.
   * `retry-after`: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
   * `retry-after-ms`: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/quota
   * `x-ratelimit-reset-requests` and the like: https://platform.openai.com/docs/guides/rate-limits
   * `anthropic-ratelimit-requests-reset` and the like: https://docs.claude.com/en/api/rate-limits
   * `x-ratelimit-reset`, a time in milliseconds: https://openrouter.ai/docs/api-reference/limits
   */
  header(name: Slice, value: Slice): void {
    if (sliceStartsWith(name, "retry-after")) {
      if (sliceEquals(name, "retry-after")) this.retryAfter = this.waitOf(value);
      else if (sliceEquals(name, "retry-after-ms")) this.exact = millisecondsOf(value);
    } else if (sliceStartsWith(name, "x-ratelimit-")) {
      const rest = subslice(name, 12);
      if (sliceEquals(rest, "reset")) this.reset = this.waitOf(value);
      else if (sliceStartsWith(rest, "reset-")) this.noteReset(subslice(rest, 6), value);
      else if (sliceStartsWith(rest, "remaining-")) this.noteRemaining(subslice(rest, 10), value);
    } else if (sliceStartsWith(name, "anthropic-ratelimit-")) {
      const rest = subslice(name, 20);
      if (sliceEndsWith(rest, "-reset")) this.noteReset(subslice(rest, 0, sliceSize(rest) - 6), value);
      else if (sliceEndsWith(rest, "-remaining")) this.noteRemaining(subslice(rest, 0, sliceSize(rest) - 10), value);
    }
  }

  /**
   * Reads the first 8 KiB of an error body: `retryDelay` (https://cloud.google.com/apis/design/errors#error_details), or a
   * message that says `try again in 1.2s`, `retry in 58.9s` or `retry after 6 seconds`. A provider may quote the client in a
   * message, so that it is meant for responses about limits (429, 503, 529) only.
   */
  body(text: Slice): void {
    const head = subslice(text, 0, LONGEST_BODY);
    const at = indexOfText(head, '"retryDelay"');
    if (at >= 0) this.fromBody = durationBehind(head, at + 12);
    if (!this.fromBody) this.fromBody = durationAfter(head, "ry again in ");
    if (!this.fromBody) this.fromBody = durationAfter(head, "etry in ");
    if (!this.fromBody) this.fromBody = durationAfter(head, "etry after ");
  }

  /**
   * The wait in milliseconds, 0 if there is no hint. What the provider says of this request goes before when its limits are full
   * again; of these the ones that are used up count or, where none says so, the latest.
   */
  get wait(): i64 {
    if (this.exact) return this.exact;
    if (this.retryAfter) return this.retryAfter;
    if (this.fromBody) return this.fromBody;
    let usedUp: i64 = 0;
    let latest: i64 = 0;
    for (let i = 0; i < this.limits; i++) {
      const wait = unchecked(this.waits[i]);
      latest = max(latest, wait);
      if (unchecked(this.isUsedUp[i])) usedUp = max(usedUp, wait);
    }
    return usedUp ? usedUp : latest ? latest : this.reset;
  }

  private noteReset(limit: Slice, value: Slice): void {
    const i = this.indexOf(limit);
    if (i >= 0) unchecked((this.waits[i] = this.waitOf(value)));
  }

  private noteRemaining(limit: Slice, value: Slice): void {
    const i = this.indexOf(limit);
    if (i >= 0) unchecked((this.isUsedUp[i] = sliceEquals(trimmed(value), "0")));
  }

  private indexOf(limit: Slice): i32 {
    const name = wordHashOf(limit);
    for (let i = 0; i < this.limits; i++) if (unchecked(this.names[i]) == name) return i;
    if (this.limits == MOST_LIMITS) return -1;
    const i = this.limits++;
    unchecked((this.names[i] = name));
    unchecked((this.waits[i] = 0));
    unchecked((this.isUsedUp[i] = false));
    return i;
  }

  /** The milliseconds up to a time, or of a duration: seconds, numbers with units, a date of HTTP or of RFC 3339. */
  private waitOf(text: Slice): i64 {
    const value = trimmed(text);
    if (!sliceSize(value)) return 0;
    if (byteAt(value, 0) - 0x30 >= 10) return this.until(parseHttpDate(value));
    cursor.begin(value, 0);
    const seconds = cursor.thousandths();
    if (cursor.isAtEnd) {
      // A number without a unit.
      if (seconds >= EARLIEST_MILLISECOND * 1000) return this.until(seconds / 1000);
      return seconds >= EARLIEST_SECOND * 1000 ? this.until(seconds) : plausible(seconds);
    }
    cursor.begin(value, 0);
    const duration = readDuration(cursor);
    if (duration >= 0 && cursor.isAtEnd) return duration;
    return this.until(parseRfc3339(value));
  }

  private until(time: i64): i64 {
    return time < 0 ? 0 : plausible(time - this.now);
  }
}

function millisecondsOf(text: Slice): i64 {
  cursor.begin(trimmed(text), 0);
  const thousandths = cursor.thousandths();
  return cursor.isAtEnd ? plausible((thousandths + 999) / 1000) : 0;
}

function plausible(wait: i64): i64 {
  return wait > 0 && wait <= LONGEST_WAIT ? wait : 0;
}

/** The duration of a member's value, `"53s"`. */
function durationBehind(text: Slice, at: i32): i64 {
  cursor.begin(text, at);
  cursor.skipSpace();
  if (!cursor.skip(0x3a)) return 0;
  cursor.skipSpace();
  cursor.skip(0x22);
  return plausible(readDuration(cursor));
}

/** The duration behind the first occurrence of these words that has one. */
function durationAfter(text: Slice, words: string): i64 {
  for (let at = indexOfText(text, words); at >= 0; at = indexOfText(text, words, at)) {
    at += words.length;
    const wait = plausible(readDuration(cursor.begin(text, at)));
    if (wait) return wait;
  }
  return 0;
}
