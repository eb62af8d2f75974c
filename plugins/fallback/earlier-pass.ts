import { CLIENT_HEADERS_STATE, MAPPED_MODEL_STATE, USAGE_STATE } from "../../assembly/ai/contract";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, sliceSize } from "../../assembly/bytes/slice";
import { BodyBuffer } from "../../assembly/host/body";
import { FilterState } from "../../assembly/host/filter-state";
import { requestHeaders } from "../../assembly/host/headers";

const LENGTH = "content-length";

const notes = [
  new FilterState(CLIENT_HEADERS_STATE),
  new FilterState(MAPPED_MODEL_STATE),
  new FilterState(USAGE_STATE),
];
const empty = new ByteBuffer();
const number = new ByteBuffer();

/**
 * Clears what other filters noted about the request of an earlier pass: the headers that ai-proxy would restore, the model that
 * model-mapper would, and the token usage. The client's request is restored, and has another model.
 */
export function forgetEarlierPass(): void {
  // A value that is not there yet is left to the filter that declares how long it lives.
  for (let i = 0; i < notes.length; i++) if (sliceSize(notes[i].get())) notes[i].set(empty.slice);
}

/** Sets the `content-length` of a request that has one to the size of its whole body: an earlier pass may have set another. */
export function correctLength(body: BodyBuffer): void {
  if (requestHeaders.get(LENGTH) == ABSENT) return;
  number.clear();
  requestHeaders.set(LENGTH, number.integer(body.size).slice);
  // What follows in this callback reads the new length.
  requestHeaders.forget();
}
