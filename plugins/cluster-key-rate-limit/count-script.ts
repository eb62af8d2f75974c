import { RedisScript } from "../../assembly/redis/script";

/**
 * Counts a request in each window that is not above its limit; a window begins with its first request. KEYS are the counters, ARGV their
 * limits and windows in turn. The result has three numbers for each: the limit, the count, and the seconds to the window's end. A
 * counter without a lifetime, which would never end, gets one.
 */
export const COUNT = new RedisScript(`local found = {}
for i = 1, #KEYS do
  local limit = tonumber(ARGV[2 * i - 1])
  local count = tonumber(redis.call('GET', KEYS[i]) or '0')
  if count <= limit then count = redis.call('INCR', KEYS[i]) end
  local left = redis.call('TTL', KEYS[i])
  if left < 0 then
    left = tonumber(ARGV[2 * i])
    redis.call('EXPIRE', KEYS[i], left)
  end
  found[3 * i - 2] = limit
  found[3 * i - 1] = count
  found[3 * i] = left
end
return found`);
