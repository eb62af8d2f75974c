import { Attempts, NONE } from "./attempts";

/** The target of the first pass. */
export function firstTarget(attempts: Attempts): i32 {
  return 0;
}

/** The target of the next pass; `NONE` if no other one may be tried. */
export function nextTarget(attempts: Attempts): i32 {
  const config = attempts.config!;
  if (config.maxAttempts && attempts.passes >= config.maxAttempts) return NONE;
  if (config.deadline && attempts.age >= config.deadline) return NONE;
  const count = attempts.targetCount;
  for (let target = 0; target < count; target++) if (!attempts.wasTried(target)) return target;
  return NONE;
}
