import { KEY_FAILOVER_STATE } from "../../assembly/ai/contract";
import { RetryHints } from "../../assembly/ai/retry-after";
import {
  ABSENT,
  byteAt,
  Slice,
  sliceEquals,
  sliceSize,
  sliceStartsWith,
  sliceToString,
} from "../../assembly/bytes/slice";
import { now } from "../../assembly/host/clock";
import { FilterState } from "../../assembly/host/filter-state";
import { HeaderMap } from "../../assembly/host/headers";
import { log, LogLevel, logs } from "../../assembly/host/log";
import { Attempts, NONE } from "./attempts";
import { coolDown } from "./cooldowns";
import { countFailure, countFallback } from "./metrics";
import { isOver, nextTarget } from "./next-target";
import { Reason, reasonName } from "./reason";
import { redirect } from "./redirect";

const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;
const OUT = "out:";
/** More digits than any wait has. */
const MOST_DIGITS = 12;

const keys = new FilterState(KEY_FAILOVER_STATE);
const hints = new RetryHints();

/**
 * The current target has failed: begins its cooldown, and turns the response into a redirect if another target may be tried. `body` is the
 * error as far as it is known, or `ABSENT`.
 */
export function fail(attempts: Attempts, reason: Reason, status: i32, headers: HeaderMap, body: Slice): void {
  hints.begin(<i64>(now() / NANOSECONDS_PER_MILLISECOND));
  if (headers.load()) for (let i = 0; i < headers.count; i++) hints.header(headers.nameAt(i), headers.valueAt(i));
  if (body != ABSENT) hints.body(body);
  leave(attempts, reason, status, headers, hints.wait);
}

/**
 * What ai-proxy says of the API keys of the current target: with another key the same target is tried again, without one it is in cooldown.
 * Returns `false` if it says nothing.
 */
export function failKeys(attempts: Attempts, status: i32, headers: HeaderMap, said: Slice): bool {
  if (!sliceSize(said)) return false;
  const isNext = sliceEquals(said, "next");
  const wait = sliceStartsWith(said, OUT) ? numberBehind(said, OUT.length) : 0;
  keys.set(ABSENT);
  if (!isNext) leave(attempts, Reason.ApiKeys, status, headers, wait);
  else {
    attempts.reason = Reason.ApiKeys;
    attempts.status = status;
    if (!isOver(attempts)) moveTo(attempts, attempts.current, Reason.ApiKeys, status, headers);
  }
  return true;
}

function leave(attempts: Attempts, reason: Reason, status: i32, headers: HeaderMap, wait: i64): void {
  const config = attempts.config;
  attempts.reason = reason;
  attempts.status = status;
  coolDown(attempts, reason, status, wait);
  const isSlow = config.retryWithin > 0 && attempts.attemptAge > config.retryWithin;
  const isListed = reason == Reason.Status || reason == Reason.ApiKeys || config.on.has(reason);
  const next = isSlow || !isListed ? NONE : nextTarget(attempts);
  if (next == NONE) countFailure(attempts, reason, status);
  else moveTo(attempts, next, reason, status, headers);
}

function moveTo(attempts: Attempts, next: i32, reason: Reason, status: i32, headers: HeaderMap): void {
  countFallback(attempts, attempts.current, reason, status);
  if (logs(LogLevel.Info)) {
    const route = sliceToString(attempts.origin.slice);
    const from = sliceToString(attempts.nameOf(attempts.current));
    const to = sliceToString(attempts.nameOf(next));
    log(
      LogLevel.Info,
      `fallback: route "${route}": "${from}" failed (reason=${reasonName(reason, status)}), next is "${to}"`,
    );
  }
  attempts.next = next;
  redirect(attempts, headers);
}

function numberBehind(text: Slice, at: i32): i64 {
  let number: i64 = 0;
  for (let i = at; i < sliceSize(text) && i < at + MOST_DIGITS && byteAt(text, i) - 0x30 < 10; i++) {
    number = 10 * number + (byteAt(text, i) - 0x30);
  }
  return number;
}
