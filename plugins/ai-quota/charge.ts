import { Slice } from "../../assembly/bytes/slice";
import { TokenCharges } from "../../assembly/limit/token-charges";
import { RedisArguments } from "../../assembly/redis/arguments";
import { RedisClient } from "../../assembly/redis/client";

const args = new RedisArguments();
const charges = new TokenCharges("ai-quota");

/** Takes tokens off the quota with this key. If Redis is away, they are taken off when it is back. */
export function charge(redis: RedisClient, key: Slice, tokens: i64): void {
  const command = charges.take(tokens);
  charges.sent(command, redis.run(command, args.clear().text("DECRBY").bytes(key).integer(tokens)));
}
