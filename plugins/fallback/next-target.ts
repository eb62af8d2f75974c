import { PROBE } from "../../assembly/cooldown/record";
import { randomBelow } from "../../assembly/host/clock";
import { Attempts, NONE, ORIGIN, TIMER_ERROR } from "./attempts";
import { claim, cooldownOf, cooldownTime, releaseProbe } from "./cooldowns";
import { countFallback } from "./metrics";
import { isPermitted } from "./permitted-targets";
import { Reason } from "./reason";

/** The target of the first pass: the route itself, unless it is in cooldown. */
export function firstTarget(attempts: Attempts): i32 {
  const target = take(attempts);
  for (let skipped = 0; skipped < target; skipped++) {
    if (cooldownOf(attempts, skipped, cooldownTime()) > PROBE) countFallback(attempts, skipped, Reason.Cooldown, 0);
  }
  return target;
}

/** Takes the target of the next pass; `NONE` if no other one may be tried. */
export function nextTarget(attempts: Attempts): i32 {
  return isOver(attempts) ? NONE : take(attempts);
}

/** Whether another target may be tried after the current one. */
export function hasNextTarget(attempts: Attempts): bool {
  if (isOver(attempts)) return false;
  const now = cooldownTime();
  for (let target = 0; target < attempts.targetCount; target++) {
    if (attempts.wasTried(target)) continue;
    const isDue = !attempts.hasTriedCooling || cooldownOf(attempts, target, now) <= PROBE;
    if (isDue && isPermitted(attempts, target)) return true;
  }
  return false;
}

/** Whether the request has used up its attempts, or its time. */
export function isOver(attempts: Attempts): bool {
  const config = attempts.config;
  if (config.maxAttempts && attempts.passes >= config.maxAttempts) return true;
  return config.deadline > 0 && attempts.age + TIMER_ERROR >= config.deadline;
}

/**
 * The first target that the consumer may use, that was not tried and is not in cooldown; of a group with weights one at random. If all that are left are in cooldown,
 * the one whose cooldown ends first, once for each request.
 */
function take(attempts: Attempts): i32 {
  releaseProbe(attempts);
  const now = cooldownTime();
  const count = attempts.targetCount;
  let soonest: u64 = u64.MAX_VALUE;
  let leastBad = NONE;
  // Those that need not be looked at again.
  let excluded: u32 = 0;
  for (let target = ORIGIN; target < count; target++) if (!isPermitted(attempts, target)) excluded |= 1 << target;
  for (let target = ORIGIN; target < count;) {
    const candidate = pick(attempts, target, excluded);
    if (candidate == NONE) {
      target++;
      continue;
    }
    const end = claim(attempts, candidate, now);
    if (end <= PROBE) {
      attempts.isProbe = end == PROBE;
      attempts.leaseAt = end == PROBE ? now : 0;
      return candidate;
    }
    excluded |= 1 << candidate;
    if (end >= soonest) continue;
    soonest = end;
    leastBad = candidate;
  }
  if (attempts.hasTriedCooling) return NONE;
  if (leastBad != NONE) attempts.hasTriedCooling = true;
  attempts.isProbe = leastBad != NONE;
  attempts.leaseAt = 0;
  return leastBad;
}

/** The target, or a random one of the group of neighbours with weights that begins there; `NONE` if there is none to try. */
function pick(attempts: Attempts, first: i32, excluded: u32): i32 {
  let total = 0;
  let last = first;
  for (; last < attempts.targetCount; last++) {
    const weight = attempts.weightOf(last);
    if (last > first && !weight) break;
    if (!attempts.wasTried(last) && !(excluded & (1 << last))) total += max(weight, 1);
    if (!weight) break;
  }
  if (!total) return NONE;
  let at = total > 1 ? randomBelow(total) : 0;
  let target = first;
  for (; at >= 0; target++) {
    if (attempts.wasTried(target) || excluded & (1 << target)) continue;
    at -= max(attempts.weightOf(target), 1);
  }
  return target - 1;
}
