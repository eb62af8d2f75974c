import { MatchedLimits } from "../../assembly/limit/limit-rules";
import { TokenCharges } from "../../assembly/limit/token-charges";
import { RedisArguments } from "../../assembly/redis/arguments";
import { RedisClient } from "../../assembly/redis/client";
import { RedisCommand, RedisFault } from "../../assembly/redis/command";
import { CHARGE, CHECK } from "./scripts";

const args = new RedisArguments();
const charges = new TokenCharges("ai-token-ratelimit");

/** Asks Redis for the counters of these limits. Returns what `RedisClient.run` does. */
export function checkShared(redis: RedisClient, command: RedisCommand, limits: MatchedLimits): RedisFault {
  writeKeys(limits);
  for (let i = 0; i < limits.count; i++) {
    const rate = limits.rateAt(i);
    args.integer(rate.count).integer(rate.seconds);
  }
  return redis.evaluate(command, CHECK, args);
}

/** Adds tokens to the counters of these limits in Redis. If Redis is away, they are added when it is back. */
export function chargeShared(redis: RedisClient, limits: MatchedLimits, tokens: i64): void {
  writeKeys(limits);
  for (let i = 0; i < limits.count; i++) {
    const rate = limits.rateAt(i);
    args.integer(rate.count).integer(rate.seconds).integer(tokens);
  }
  const command = charges.take(tokens);
  charges.sent(command, redis.evaluate(command, CHARGE, args));
}

function writeKeys(limits: MatchedLimits): void {
  args.clear().integer(limits.count);
  for (let i = 0; i < limits.count; i++) args.bytes(limits.keyAt(i));
}
