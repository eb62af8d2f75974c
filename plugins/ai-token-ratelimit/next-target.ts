import { FALLBACK_REASON_STATE, FALLBACK_STATE, TOMBSTONE_HEADER } from "../../assembly/ai/contract";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { sliceSize } from "../../assembly/bytes/slice";
import { FilterState } from "../../assembly/host/filter-state";
import { requestHeaders } from "../../assembly/host/headers";

const armed = new FilterState(FALLBACK_STATE);
const reason = new FilterState(FALLBACK_REASON_STATE);
const text = new ByteBuffer();

/**
 * Sends the current request to the tombstone, whose response `fallback` turns into a request for the next target. Returns `false` if there
 * is no next target.
 */
export function leaveToNextTarget(): bool {
  if (!sliceSize(armed.get())) return false;
  text.clear();
  reason.set(text.text("token-limit").slice);
  requestHeaders.setText(TOMBSTONE_HEADER, "1");
  return true;
}
