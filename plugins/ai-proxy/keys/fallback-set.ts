import {
  FALLBACK_PASS_STATE,
  FALLBACK_STATE,
  KEY_FAILOVER_STATE,
  TOMBSTONE_METADATA,
} from "../../../assembly/ai/contract";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { sliceSize } from "../../../assembly/bytes/slice";
import { FilterState } from "../../../assembly/host/filter-state";
import { namedProperty } from "../../../assembly/host/property";

const state = new FilterState(KEY_FAILOVER_STATE);
const text = new ByteBuffer();

/** Tells the host how long the state is kept; once for each configuration. */
export function defineKeyFailover(): void {
  state.define();
}

/** Whether the request belongs to a fallback set. Then `fallback` sends it again, not Envoy's retry policy, and a stream that breaks off ends with an error event. */
export function isInFallbackSet(): bool {
  return sliceSize(namedProperty(FALLBACK_PASS_STATE)) > 0;
}

/** Whether `fallback` has another target for the request. A local reply would be final. */
export function hasAnotherTarget(): bool {
  return sliceSize(namedProperty(FALLBACK_STATE)) > 0;
}

/** Whether the response is that of the tombstone of a fallback set, which has no API key. */
export function isTombstone(): bool {
  return sliceSize(namedProperty(TOMBSTONE_METADATA)) > 0;
}

/** Tells `fallback` that another API key is free for the request. */
export function announceNextKey(): void {
  text.clear();
  state.set(text.text("next").slice);
}

/** Tells `fallback` that no API key is free for so many milliseconds. */
export function announceNoKey(wait: u64): void {
  text.clear();
  state.set(text.text("out:").integer(wait).slice);
}
