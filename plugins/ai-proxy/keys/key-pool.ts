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

/** Whether the key may be sent now; one that failed is for this request alone. */
export function takeKey(token: ApiToken, failover: KeyFailover): KeyUse {
  const state = store.state(sliceOfBuffer(token.record), keyTime());
  if (state == FREE) return KeyUse.Free;
  if (state != PROBE) return KeyUse.Out;
  return failover.probeModel.length ? KeyUse.Probed : KeyUse.Recovering;
}

/** Milliseconds until the key may be sent; 0 if it may now, or if it can be tried again. */
export function waitOfKey(token: ApiToken): u64 {
  const time = keyTime();
  const state = store.peek(sliceOfBuffer(token.record), time);
  return state == FREE || state == PROBE ? 0 : state - time;
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
  store.succeed(record, since);
  successes.clear(record);
  failures.clear(record);
  noteRestored(provider, token);
}

/** Notes that a key in use served. */
export function noteServed(token: ApiToken, failover: KeyFailover): void {
  if (failover.failureThreshold > 1) failures.clear(sliceOfBuffer(token.record));
}
