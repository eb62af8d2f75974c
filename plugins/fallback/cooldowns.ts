import { FREE } from "../../assembly/cooldown/record";
import { CooldownStore } from "../../assembly/cooldown/store";
import { monotonic, nowInSeconds } from "../../assembly/host/clock";
import { Attempts, NONE } from "./attempts";
import { recordCooldown } from "./metrics";
import { Reason } from "./reason";

const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;

const store = new CooldownStore("fallback.cooldown.");

/** The time of cooldowns: milliseconds of the monotonic clock. */
export function cooldownTime(): u64 {
  return monotonic() / NANOSECONDS_PER_MILLISECOND;
}

/** Whether a target may be tried now: `FREE`, or `PROBE` for the one caller who tries it after a cooldown, or else the time of its end. */
export function claim(attempts: Attempts, target: i32, now: u64): u64 {
  return attempts.config.cooldown ? store.state(attempts.nameOf(target), now) : FREE;
}

/** The same without claiming the probe. */
export function cooldownOf(attempts: Attempts, target: i32, now: u64): u64 {
  return attempts.config.cooldown ? store.peek(attempts.nameOf(target), now) : FREE;
}

/** Begins the cooldown of the current target, for `wait` milliseconds if the provider asks for them. Not for failures of the request. */
export function coolDown(attempts: Attempts, reason: Reason, status: i32, wait: i64): void {
  const config = attempts.config;
  if (!config.cooldown || !isOfTarget(reason, status)) return;
  const now = cooldownTime();
  const most = <u64>config.maxCooldown;
  const end = store.fail(attempts.nameOf(attempts.current), now, <u64>wait, <u64>config.cooldown, most);
  attempts.isProbe = false;
  recordCooldown(attempts, <u64>nowInSeconds() + (end > now ? (end - now + 999) / 1000 : 0));
}

/** Ends the cooldown of the current target, which has served; nothing happens if it had none. */
export function warmUp(attempts: Attempts): void {
  if (!attempts.isProbe) return;
  attempts.isProbe = false;
  store.succeed(attempts.nameOf(attempts.current), attempts.attemptAt / NANOSECONDS_PER_MILLISECOND);
  recordCooldown(attempts, 0);
}

/** Lets another request try the target of the probe, which has ended without an outcome: the client left, or the chain refused it. */
export function releaseProbe(attempts: Attempts): void {
  if (!attempts.isProbe) return;
  attempts.isProbe = false;
  const target = attempts.next != NONE ? attempts.next : attempts.current;
  if (attempts.leaseAt) store.release(attempts.nameOf(target), attempts.leaseAt);
}

/** Milliseconds until the first target may be tried again; 0 if one may be tried now. */
export function soonestReturn(attempts: Attempts): u64 {
  const now = cooldownTime();
  let soonest = u64.MAX_VALUE;
  for (let target = 0; target < attempts.targetCount; target++) {
    const end = cooldownOf(attempts, target, now);
    if (end <= now) return 0;
    soonest = min(soonest, end);
  }
  return soonest - now;
}

/** Whether a failure says something of the target, and not of the request or of its consumer. */
export function isOfTarget(reason: Reason, status: i32): bool {
  if (reason == Reason.ContextLength || reason == Reason.TokenLimit) return false;
  if (reason != Reason.Status || status >= 500) return true;
  return status == 401 || status == 402 || status == 403 || status == 408 || status == 429;
}
