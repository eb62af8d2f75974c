import { RedisScript } from "../../assembly/redis/script";

/**
 * Reads the counters of a request, and changes nothing. KEYS are the counters, ARGV their limits and windows in turn. The result has
 * three numbers for each: the limit, the tokens that are used, and the seconds to the window's end. A window that has not begun is whole.
 */
export const CHECK = new RedisScript(`local found = {}
for i = 1, #KEYS do
  local left = redis.call('TTL', KEYS[i])
  found[3 * i - 2] = tonumber(ARGV[2 * i - 1])
  found[3 * i - 1] = tonumber(redis.call('GET', KEYS[i]) or '0')
  if left < 0 then left = tonumber(ARGV[2 * i]) end
  found[3 * i] = left
end
return found`);

/**
 * Adds tokens to each counter that is not above its limit; a window begins with the first tokens. KEYS are the counters, ARGV their
 * limits, windows and the tokens in turn. A counter without a lifetime, which would never end, gets one.
 */
export const CHARGE = new RedisScript(`for i = 1, #KEYS do
  local used = tonumber(redis.call('GET', KEYS[i]) or '0')
  if used <= tonumber(ARGV[3 * i - 2]) then redis.call('INCRBY', KEYS[i], ARGV[3 * i]) end
  if redis.call('TTL', KEYS[i]) < 0 then redis.call('EXPIRE', KEYS[i], ARGV[3 * i - 1]) end
end
return 1`);
