import { enterCallback, isOutsideCallbacks, leaveCallback } from "../abi/memory";
import { forgetHeaders } from "../host/headers";
import { enterRoot } from "../host/root";
import { enterStream } from "../host/stream";
import { collectGarbage } from "./garbage";
import { Stream, streams } from "./streams";

/** Streams that ended within another callback, linked by `next`. */
let ended: Stream | null = null;

/** Begins a callback on a stream. */
// @ts-ignore: decorator
@inline
export function enter(stream: Stream): void {
  enterCallback();
  enterRoot(stream.root!.id);
  enterStream(stream);
}

/** Begins a callback on a root context. */
export function enterPlugin(root: u32): void {
  enterCallback();
  enterRoot(root);
  enterStream(null);
}

/** Ends a callback: forgets what it read, and frees what the host handed over. */
export function leave(): void {
  forgetHeaders();
  leaveCallback();
  if (ended !== null && isOutsideCallbacks()) recycleEnded();
}

/**
 * Returns the objects of a stream that has ended to their pools. If a hook replaces a held body by one above the buffer limit, Envoy
 * ends the stream at once, within that callback: its objects stay until then, and count as replied to.
 */
export function recycle(stream: Stream): void {
  if (isOutsideCallbacks()) return streams.recycle(stream);
  stream.hasReplied = true;
  stream.next = ended;
  ended = stream;
}

function recycleEnded(): void {
  while (ended !== null) {
    const stream = ended!;
    ended = stream.next;
    streams.recycle(stream);
  }
}

/** `leave` for a callback after which there may be garbage. */
export function leaveAndCollect(): void {
  leave();
  collectGarbage(streams.open);
}
