import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice } from "../../assembly/bytes/slice";
import { now } from "../../assembly/host/clock";
import { log, LogLevel } from "../../assembly/host/log";
import { Written } from "../../assembly/host/shared-data";
import { Rate } from "../../assembly/limit/rate";
import { Verdict } from "../../assembly/limit/verdict";
import { LocalRecord } from "./local-record";
import { Reservation } from "./reservation";

const SECOND: u64 = 1_000_000_000;
/** The records of a group, each with eight counters: 1,024 of them have 216 KB. */
const BUCKETS: u64 = 1024;
/**
 * How often a write or a reservation is tried again after another worker wrote first. Each failed attempt means that another worker
 * succeeded, so that no number of workers on one machine reaches this.
 */
const MOST_ATTEMPTS = 1000;

/** How a counter changes. */
const enum Change {
  /** Tokens are added, unless the counter is above its limit. */
  Charge,
  /** Tokens are added, unless the limit would be exceeded. */
  Reserve,
  /** Tokens are added, or taken from the window in which they were reserved. */
  Settle,
}

/** The name of the record that was used last. */
const name = new ByteBuffer();
/** The hash of its group, the size of what stands before its number, and that number: most requests have the same group. */
let lastGroup: u64 = 0;
let prefixSize: i32 = 0;
let lastBucket: u64 = 0;
const record = new LocalRecord();
let isLogged: bool = false;

/** Adds what a request reserves to all its counters in this Envoy, which all workers share, or to none. */
export function reserveLocal(reservation: Reservation, verdict: Verdict): void {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const time = now();
    check(reservation, verdict, time);
    if (verdict.isExceeded || reservation.isEmpty) return;
    // The record of the only limit was just read.
    const isMade = reservation.limits.count == 1 ? reserveRead(reservation, time) : reserveAll(reservation);
    if (isMade) return reservation.grant();
  }
  fail();
}

/** Charges in this Envoy what a request has cost, and gives back what it has reserved above that. */
export function settleLocal(reservation: Reservation): void {
  const change = reservation.isMade ? Change.Settle : Change.Charge;
  for (let i = 0; i < reservation.limits.count; i++) {
    const amount = reservation.differenceAt(i);
    if (amount) add(reservation, i, amount, change, reservation.endAt(i));
  }
}

function check(reservation: Reservation, verdict: Verdict, time: u64): void {
  const limits = reservation.limits;
  verdict.clear();
  for (let i = 0; i < limits.count; i++) {
    const rate = limits.rateAt(i);
    record.read(recordOf(reservation, i), reservation.keyAt(i), <u64>rate.seconds * SECOND, time);
    const left = record.end
      ? <i64>((record.end - time + SECOND - 1) / SECOND)
      : <i64>rate.secondsLeft(<i64>(time / SECOND));
    verdict.take(rate.count, record.used + reservation.askedAt(i), left);
  }
}

/** Reserves in the only counter, whose record `check` has named and read at this time, unless another worker has written since. */
function reserveRead(reservation: Reservation, time: u64): bool {
  const end = endOf(reservation.limits.rateAt(0), time);
  reservation.setEnd(0, <i64>end);
  const used = record.used + reservation.askedAt(0);
  return record.write(name.slice, reservation.keyAt(0), end, used) == Written.Yes;
}

/** The end of the window of the record that was read; without one, that of a window which begins now. */
function endOf(rate: Rate, time: u64): u64 {
  return record.end ? record.end : time + <u64>rate.secondsLeft(<i64>(time / SECOND)) * SECOND;
}

/** Reserves in each counter. If another worker has taken what was left of one, it takes back what it has reserved in those before. */
function reserveAll(reservation: Reservation): bool {
  for (let i = 0; i < reservation.limits.count; i++) {
    const end = add(reservation, i, reservation.askedAt(i), Change.Reserve, 0);
    reservation.setEnd(i, end);
    if (end) continue;
    while (--i >= 0) add(reservation, i, -reservation.askedAt(i), Change.Settle, reservation.askedEndAt(i));
    return false;
  }
  return true;
}

/**
 * Adds to a counter. A window begins with its first tokens. `settled`: the end of the window in which was reserved what is settled. Returns the
 * end of the window; 0 if the counter does not change.
 */
function add(reservation: Reservation, i: i32, amount: i64, change: Change, settled: i64): i64 {
  const rate = reservation.limits.rateAt(i);
  const window = <u64>rate.seconds * SECOND;
  const hash = reservation.keyAt(i);
  const key = recordOf(reservation, i);
  const reserved = change == Change.Settle ? <u64>settled : 0;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const time = now();
    record.read(key, hash, window, time, reserved);
    const used = record.used;
    if (change == Change.Charge && used > rate.count) return 0;
    if (change == Change.Reserve && used + amount > rate.count) return 0;
    if (change == Change.Settle && amount < 0 && record.end != reserved) return 0;
    const end = endOf(rate, time);
    const written = record.write(key, hash, end, max<i64>(used + amount, 0));
    if (written == Written.Yes) return <i64>end;
    if (written == Written.No) break;
  }
  fail();
  return 0;
}

function fail(): void {
  if (!isLogged) log(LogLevel.Error, "ai-token-ratelimit: tokens could not be charged in the memory of Envoy");
  isLogged = true;
}

/** The name of the record that has the counter of a limit. */
function recordOf(reservation: Reservation, i: i32): Slice {
  const group = reservation.groupAt(i);
  const bucket = (reservation.keyAt(i) >> 16) % BUCKETS;
  if (group != lastGroup || !prefixSize) {
    name.clear();
    name
      .text("ai-token-ratelimit:")
      .integer(<i64>(group >> 1))
      .byte(0x3a);
    lastGroup = group;
    prefixSize = name.size;
  } else if (bucket == lastBucket) return name.slice;
  lastBucket = bucket;
  name.size = prefixSize;
  return name.integer(<i64>bucket).slice;
}
