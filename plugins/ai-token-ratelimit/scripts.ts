import { RedisScript } from "../../assembly/redis/script";

/**
 * Reads the counters of a request, and changes nothing. KEYS are the counters, ARGV their limits and windows in turn. The result has
 * three numbers for each: the limit, the tokens that are used, and the seconds to the window's end. A window that has not begun is whole.
 */
export const CHECK = new RedisScript(`local call, found = redis.call, {}
for i, key in ipairs(KEYS) do
  local left = call('TTL', key)
  if left < 0 then left = tonumber(ARGV[2 * i]) end
  found[3 * i - 2] = tonumber(ARGV[2 * i - 1])
  found[3 * i - 1] = tonumber(call('GET', key) or 0)
  found[3 * i] = left
end
return found`);

/**
 * Adds tokens to each counter that is not above its limit; a window begins with the first tokens. KEYS are the counters, ARGV their
 * limits, windows and the tokens in turn. A counter without a lifetime, which would never end, gets one.
 */
export const CHARGE = new RedisScript(`local call = redis.call
for i, key in ipairs(KEYS) do
  local limit, window, amount = unpack(ARGV, 3 * i - 2)
  if tonumber(call('GET', key) or 0) <= tonumber(limit) then call('INCRBY', key, amount) end
  if call('TTL', key) < 0 then call('EXPIRE', key, window) end
end
return 1`);

/**
 * Adds to each counter what a request reserves, or to none if one would exceed its limit. KEYS are the counters, ARGV their limits, windows
 * and amounts in turn. The result is the time in milliseconds, and for each counter what was used before and the milliseconds to the
 * window's end. A window begins with the first tokens; a counter without a lifetime gets one. Only a counter that was at 0 may be new.
 */
export const RESERVE = new RedisScript(`local call, t = redis.call, redis.call('TIME')
local found, fits = {t[1] * 1000 + math.floor(t[2] / 1000)}, true
for i, key in ipairs(KEYS) do
  local limit, window, amount = unpack(ARGV, 3 * i - 2)
  local used, left = tonumber(call('GET', key) or 0), call('PTTL', key)
  if left == -1 then call('EXPIRE', key, window) end
  if left < 0 then left = window * 1000 end
  fits = fits and used + amount <= tonumber(limit)
  found[2 * i], found[2 * i + 1] = used, left
end
for i, key in ipairs(fits and KEYS or {}) do
  call('INCRBY', key, ARGV[3 * i])
  if found[2 * i] == 0 and call('PTTL', key) < 0 then call('EXPIRE', key, ARGV[3 * i - 1]) end
end
return found`);

/**
 * Settles what a request has reserved. KEYS are the counters, ARGV in turn the end of the window in which was reserved (milliseconds), the
 * length of a window, and what is charged, or given back if it is negative. After the end of that window nothing is given back, and what is
 * charged goes to the window of now. Half a second is less than any window: the ends of two windows differ by more.
 */
export const SETTLE = new RedisScript(`local call = redis.call
for i, key in ipairs(KEYS) do
  local stop, window, amount = unpack(ARGV, 3 * i - 2)
  local left = call('PTTL', key)
  if tonumber(amount) > 0 then
    call('INCRBY', key, amount)
    if left < 0 then call('EXPIRE', key, window) end
  elseif left >= 0 then
    local t = call('TIME')
    if math.abs(t[1] * 1000 + t[2] / 1000 + left - stop) <= 500 then
      local used = call('INCRBY', key, amount)
      if used < 0 then call('INCRBY', key, string.format('%.0f', -used)) end
    end
  end
end
return 1`);
