import { enterCallback, leaveCallback } from "../abi/memory";
import { enterRoot } from "../host/root";
import { enterStream } from "../host/stream";
import { forgetHostViews } from "./dispatcher";
import { collectGarbage } from "./garbage";
import { Stream, streams } from "./streams";

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
  forgetHostViews();
  leaveCallback();
}

/** `leave` for a callback after which there may be garbage. */
export function leaveAndCollect(): void {
  leave();
  collectGarbage(streams.open);
}
