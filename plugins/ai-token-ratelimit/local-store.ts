import { ByteBuffer } from "../../assembly/bytes/buffer";
import { wordHashOf } from "../../assembly/bytes/hash";
import { Slice } from "../../assembly/bytes/slice";
import { now } from "../../assembly/host/clock";
import { log, LogLevel } from "../../assembly/host/log";
import { Written } from "../../assembly/host/shared-data";
import { MatchedLimits } from "../../assembly/limit/limit-rules";
import { Verdict } from "../../assembly/limit/verdict";
import { LocalRecord } from "./local-record";

const SECOND: u64 = 1_000_000_000;
/** The records of a group, each with eight counters: 1,024 of them have 216 KB. */
const BUCKETS: u64 = 1024;
/**
 * How often a write is tried again after another worker wrote first. Each failed attempt means that another worker
 * succeeded, so that no number of workers on one machine reaches this.
 */
const MOST_ATTEMPTS = 1000;

const name = new ByteBuffer();
const record = new LocalRecord();
let isLogged: bool = false;

/** Checks limits against the counters of this Envoy, which all its workers share. */
export function checkLocal(limits: MatchedLimits, verdict: Verdict): void {
  verdict.clear();
  for (let i = 0; i < limits.count; i++) {
    const rate = limits.rateAt(i);
    const time = now();
    record.read(recordOf(limits, i), limits.hashAt(i), <u64>rate.seconds * SECOND, time);
    const left = record.end ? <i64>((record.end - time + SECOND - 1) / SECOND) : <i64>rate.seconds;
    verdict.take(rate.count, record.used, left);
  }
}

/** Adds tokens to the counters of limits, except to those that are above their limit. A window begins with its first tokens. */
export function chargeLocal(limits: MatchedLimits, tokens: i64): void {
  for (let i = 0; i < limits.count; i++) charge(limits, i, tokens);
}

function charge(limits: MatchedLimits, i: i32, tokens: i64): void {
  const rate = limits.rateAt(i);
  const window = <u64>rate.seconds * SECOND;
  const hash = limits.hashAt(i);
  const key = recordOf(limits, i);
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const time = now();
    record.read(key, hash, window, time);
    if (record.used > rate.count) return;
    const written = record.write(key, hash, record.end ? record.end : time + window, record.used + tokens);
    if (written == Written.Yes) return;
    if (written == Written.No) break;
  }
  if (!isLogged) log(LogLevel.Error, "ai-token-ratelimit: tokens could not be charged in the memory of Envoy");
  isLogged = true;
}

/** The name of the record that has the counter of a limit. */
function recordOf(limits: MatchedLimits, i: i32): Slice {
  const group = wordHashOf(limits.groupAt(i));
  name.clear();
  name
    .text("ai-token-ratelimit:")
    .integer(<i64>(group >> 1))
    .byte(0x3a);
  return name.integer(<i64>((limits.hashAt(i) >> 16) % BUCKETS)).slice;
}
