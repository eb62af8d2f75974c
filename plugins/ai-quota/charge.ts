import { Slice } from "../../assembly/bytes/slice";
import { log, LogLevel, logs } from "../../assembly/host/log";
import { RedisArguments } from "../../assembly/redis/arguments";
import { RedisClient } from "../../assembly/redis/client";
import { RedisCommand, RedisFault } from "../../assembly/redis/command";

const MOST_SPARE: i32 = 128;

const args = new RedisArguments();
const spare: ChargeCommand[] = [];

/** Takes tokens off a quota. It belongs to the root context, so that it outlives the stream. */
class ChargeCommand extends RedisCommand {
  tokens: i64 = 0;

  onResult(fault: RedisFault, reply: Slice): void {
    if (fault != RedisFault.None) noteLoss(this.tokens);
    if (spare.length < MOST_SPARE) spare.push(this);
  }
}

/** Takes tokens off the quota with this key. If Redis is away, they are taken off when it is back. */
export function charge(redis: RedisClient, key: Slice, tokens: i64): void {
  const command = spare.length ? spare.pop() : new ChargeCommand();
  command.isPatient = true;
  command.tokens = tokens;
  const fault = redis.run(command, args.clear().text("DECRBY").bytes(key).integer(tokens));
  if (fault == RedisFault.None) return;
  noteLoss(tokens);
  if (spare.length < MOST_SPARE) spare.push(command);
}

// The connection's own trouble is logged by the client.
function noteLoss(tokens: i64): void {
  if (logs(LogLevel.Debug)) log(LogLevel.Debug, `ai-quota: ${tokens} tokens were not charged, or it is unknown`);
}
