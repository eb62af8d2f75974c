import { Slice } from "../../assembly/bytes/slice";
import { nowInSeconds } from "../../assembly/host/clock";
import { MatchedLimits } from "../../assembly/limit/limit-rules";
import { TokenCharges } from "../../assembly/limit/token-charges";
import { isCounter, nextCounter, Verdict } from "../../assembly/limit/verdict";
import { RedisArguments } from "../../assembly/redis/arguments";
import { RedisClient } from "../../assembly/redis/client";
import { RedisCommand, RedisFault } from "../../assembly/redis/command";
import { ReplyKind, ReplyReader } from "../../assembly/redis/reply";
import { Reservation } from "./reservation";
import { CHARGE, CHECK, RESERVE, SETTLE } from "./scripts";

const MILLISECONDS: i64 = 1000;

const args = new RedisArguments();
const reader = new ReplyReader();
const charges = new TokenCharges("ai-token-ratelimit");

/** Asks Redis for the counters of these limits. Returns what `RedisClient.run` does. */
export function checkShared(redis: RedisClient, command: RedisCommand, limits: MatchedLimits): RedisFault {
  const time = nowInSeconds();
  writeKeys(limits);
  for (let i = 0; i < limits.count; i++) {
    const rate = limits.rateAt(i);
    args.integer(rate.count).integer(rate.secondsLeft(time));
  }
  return redis.evaluate(command, CHECK, args);
}

/** Adds what a request reserves to all its counters in Redis, or to none. Returns what `RedisClient.run` does. */
export function reserveShared(redis: RedisClient, command: RedisCommand, reservation: Reservation): RedisFault {
  const limits = reservation.limits;
  const time = nowInSeconds();
  writeKeys(limits);
  for (let i = 0; i < limits.count; i++) {
    const rate = limits.rateAt(i);
    args.integer(rate.count).integer(rate.secondsLeft(time)).integer(reservation.askedAt(i));
  }
  return redis.evaluate(command, RESERVE, args);
}

/** Reads the reply to `reserveShared`. Returns `false` if it is something else. */
export function readReserved(reply: Slice, reservation: Reservation, verdict: Verdict): bool {
  const limits = reservation.limits;
  verdict.clear();
  reader.begin(reply);
  if (!reader.next() || reader.kind != ReplyKind.Array || reader.integer != 1 + 2 * limits.count) return false;
  const now = reader.nextInteger(-1);
  for (let i = 0; i < limits.count; i++) {
    const used = nextCounter(reader);
    const left = reader.nextInteger(-1);
    if (now < 0 || !isCounter(used) || left < 0) return false;
    reservation.setEnd(i, now + left);
    verdict.take(limits.rateAt(i).count, used + reservation.askedAt(i), (left + MILLISECONDS - 1) / MILLISECONDS);
  }
  if (!verdict.isExceeded) reservation.grant();
  return true;
}

/**
 * Charges in Redis what a request has cost, and gives back what it has reserved above that. If Redis is away, it happens when it is back.
 */
export function settleShared(redis: RedisClient, reservation: Reservation): void {
  if (!reservation.isOpen) return;
  const limits = reservation.limits;
  const isMade = reservation.isMade;
  const time = nowInSeconds();
  writeKeys(limits);
  for (let i = 0; i < limits.count; i++) {
    const rate = limits.rateAt(i);
    args.integer(isMade ? reservation.endAt(i) : rate.count);
    args.integer(rate.secondsLeft(time)).integer(reservation.differenceAt(i));
  }
  const command = charges.take(reservation.differenceAt(0));
  charges.sent(command, redis.evaluate(command, isMade ? SETTLE : CHARGE, args));
}

function writeKeys(limits: MatchedLimits): void {
  args.clear().integer(limits.count);
  for (let i = 0; i < limits.count; i++) args.bytes(limits.keyAt(i));
}
