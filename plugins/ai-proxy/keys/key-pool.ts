import { sliceOfBuffer } from "../../../assembly/bytes/slice";
import { CooldownStore } from "../../../assembly/cooldown/store";
import { FREE, PROBE } from "../../../assembly/cooldown/record";
import { monotonic } from "../../../assembly/host/clock";
import { ApiToken } from "../config/api-token";
import { KeyFailover } from "../config/key-failover";
import { KeyCounts } from "./key-counts";
import { noteFailed, noteOut, noteRestored } from "./key-reports";

/** Whether a key may be sent. */
export const enum KeyUse {
  /** It failed, and its wait is not over. */
  Out,
  Free,
  /** It failed, and this request, and no other, tries it. */
  Recovering,
  /** It failed, and the plugin sends a request of its own with it now: see `request/key-probe.ts`. */
  Probed,
}

/** Milliseconds; a provider that asks for a longer wait is tried again earlier. */
const LONGEST_ASKED: u64 = 3_600_000;

const store = new CooldownStore("ai-proxy.key.");
const failures = new KeyCounts("ai-proxy.key-failures.");
const successes = new KeyCounts("ai-proxy.key-successes.");

/** Milliseconds of the clock that all workers share. */
export function keyTime(): u64 {
  return monotonic() / 1_000_000;
}

/** Whether the key may be sent at `time`, which is now; one that failed is for this request alone. */
export function takeKey(token: ApiToken, failover: KeyFailover, time: u64): KeyUse {
  const state = store.state(sliceOfBuffer(token.record), time);
  if (state == FREE) return KeyUse.Free;
  if (state != PROBE) return KeyUse.Out;
  return failover.probeModel.length ? KeyUse.Probed : KeyUse.Recovering;
}

/** Whether the key has not failed since it served. */
export function isKeyFree(token: ApiToken): bool {
  return store.peek(sliceOfBuffer(token.record), keyTime()) == FREE;
}

/**
 * Milliseconds until the key may be sent where no other is free; 0 if it may now. The wait for a request that tries the key is none:
 * that may take minutes. Only a request of the plugin's own is waited for.
 */
export function waitOfKey(token: ApiToken, failover: KeyFailover): u64 {
  const time = keyTime();
  const record = sliceOfBuffer(token.record);
  const until = failover.probeModel.length ? store.peek(record, time) : store.endOf(record);
  return until > time ? until - time : 0;
}

/** The request that took the key at `since` to try it has shown nothing of it: another one may. */
export function releaseKey(token: ApiToken, since: u64): void {
  store.release(sliceOfBuffer(token.record), since);
}

/**
 * Notes that the key failed; from `failureThreshold` failures in a row on, or if it was being tried again, it is not sent for a time.
 * `asked` is how long the provider asks to wait, in milliseconds, 0 if it does not say.
 */
export function failKey(
  provider: string,
  token: ApiToken,
  failover: KeyFailover,
  isRecovering: bool,
  asked: u64,
  isRefused: bool,
  status: i32,
): void {
  noteFailed(provider, token);
  if (!failover.hasPool) return;
  const record = sliceOfBuffer(token.record);
  if (failover.successThreshold > 1) successes.clear(record);
  const threshold = failover.failureThreshold;
  if (threshold > 1 && !isRecovering && failures.add(record) < threshold) return;
  const time = keyTime();
  const wasFree = store.peek(record, time) <= PROBE;
  const most = asked ? LONGEST_ASKED : failover.longestWait;
  const until = store.fail(record, time, asked, failover.firstWait(isRefused), most);
  if (wasFree) noteOut(provider, token, until - time, status);
}

/** Notes that the key was sent at `since` and served: from `successThreshold` successes in a row on it is sent as before. */
export function restoreKey(provider: string, token: ApiToken, failover: KeyFailover, since: u64): void {
  const record = sliceOfBuffer(token.record);
  if (failover.successThreshold > 1 && successes.add(record) < failover.successThreshold) {
    // The next request may try it.
    store.fail(record, keyTime(), 1, 1, 1);
    return;
  }
  if (!store.succeed(record, since)) return;
  successes.clear(record);
  failures.clear(record);
  noteRestored(provider, token);
}

/** Notes that a key in use served. */
export function noteServed(token: ApiToken, failover: KeyFailover): void {
  if (failover.failureThreshold > 1) failures.clear(sliceOfBuffer(token.record));
}
