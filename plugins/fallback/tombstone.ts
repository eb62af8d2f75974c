import { FALLBACK_REASON_STATE, TOMBSTONE_METADATA } from "../../assembly/ai/contract";
import { ABSENT, sliceSize } from "../../assembly/bytes/slice";
import { FilterState } from "../../assembly/host/filter-state";
import { namedProperty } from "../../assembly/host/property";
import { Attempts, TIMER_ERROR } from "./attempts";
import { Reason } from "./reason";

const UNAVAILABLE = 503;
const limiterReason = new FilterState(FALLBACK_REASON_STATE);

/** Whether the response is the tombstone's: an attempt before it ended without one, or a limiter has sent the request there. */
export function isTombstone(status: i32): bool {
  return status == UNAVAILABLE && sliceSize(namedProperty(TOMBSTONE_METADATA)) > 0;
}

/** Why the request has come to the tombstone. */
export function tombstoneReason(attempts: Attempts): Reason {
  if (attempts.broken != Reason.None) return attempts.broken;
  if (!sliceSize(limiterReason.get())) return Reason.ConnectFailure;
  limiterReason.set(ABSENT);
  return Reason.TokenLimit;
}

/** How the current attempt ended without a response; in its `onStreamDone`. */
export function brokenReason(attempts: Attempts): Reason {
  if (attempts.timeout > 0 && attempts.attemptAge + TIMER_ERROR >= attempts.timeout) return Reason.Timeout;
  // The own address is known once there is a connection.
  return sliceSize(namedProperty("upstream\0local_address")) ? Reason.Reset : Reason.ConnectFailure;
}
