import { Slice } from "../../assembly/bytes/slice";
import { log, LogLevel, logs } from "../../assembly/host/log";
import { MatchedLimits } from "../../assembly/limit/limit-rules";
import { RedisArguments } from "../../assembly/redis/arguments";
import { RedisClient } from "../../assembly/redis/client";
import { RedisCommand, RedisFault } from "../../assembly/redis/command";
import { CHARGE, CHECK } from "./scripts";

const MOST_SPARE: i32 = 128;

const args = new RedisArguments();
const spare: ChargeCommand[] = [];

/** Adds tokens to counters. It belongs to the root context, so that it outlives the stream. */
class ChargeCommand extends RedisCommand {
  tokens: i64 = 0;

  onResult(fault: RedisFault, reply: Slice): void {
    if (fault != RedisFault.None) noteLoss(this.tokens);
    if (spare.length < MOST_SPARE) spare.push(this);
  }
}

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
  const command = spare.length ? spare.pop() : new ChargeCommand();
  command.isPatient = true;
  command.tokens = tokens;
  if (redis.evaluate(command, CHARGE, args) == RedisFault.None) return;
  noteLoss(tokens);
  if (spare.length < MOST_SPARE) spare.push(command);
}

function writeKeys(limits: MatchedLimits): void {
  args.clear().integer(limits.count);
  for (let i = 0; i < limits.count; i++) args.bytes(limits.keyAt(i));
}

// The connection's own trouble is logged by the client.
function noteLoss(tokens: i64): void {
  if (logs(LogLevel.Debug))
    log(LogLevel.Debug, `ai-token-ratelimit: ${tokens} tokens were not charged, or it is unknown`);
}
