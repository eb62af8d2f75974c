import { ByteBuffer } from "../../assembly/bytes/buffer";
import { CounterFamily, GaugeFamily } from "../../assembly/host/metric-family";
import { Labels } from "../../assembly/host/metric-labels";
import { Attempts } from "./attempts";
import { Reason, reasonName } from "./reason";

const attemptsTotal = new CounterFamily("fallback_attempts_total");
const fallbacksTotal = new CounterFamily("fallback_fallbacks_total");
const failuresTotal = new CounterFamily("fallback_failures_total");
const cooldownEnd = new GaugeFamily("fallback_cooldown_end_seconds");
const labels = new Labels();
const text = new ByteBuffer();

/** Counts an attempt at the current target. */
export function countAttempt(attempts: Attempts): void {
  labels.clear().add("route", attempts.origin.slice);
  attemptsTotal.add(labels.add("target", attempts.nameOf(attempts.current)));
}

/** Counts a request that moves on from a target to the next one. */
export function countFallback(attempts: Attempts, target: i32, reason: Reason, status: i32): void {
  fallbacksTotal.add(labelsOf(attempts, target, reason, status));
}

/** Counts a failure after which the client gets the error. */
export function countFailure(attempts: Attempts, reason: Reason, status: i32): void {
  failuresTotal.add(labelsOf(attempts, attempts.current, reason, status));
}

/** Records when the cooldown of the current target ends, in seconds since 1970; 0 if it has none. */
export function recordCooldown(attempts: Attempts, end: u64): void {
  cooldownEnd.set(labels.clear().add("target", attempts.nameOf(attempts.current)), end);
}

function labelsOf(attempts: Attempts, target: i32, reason: Reason, status: i32): Labels {
  labels.clear().add("route", attempts.origin.slice).add("target", attempts.nameOf(target));
  text.clear();
  return labels.add("reason", text.text(reasonName(reason, status)).slice);
}
