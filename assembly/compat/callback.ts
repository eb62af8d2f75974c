import { enterCallback, leaveCallback } from "../abi/memory";
import { enterRoot } from "../host/root";
import { enterStream } from "../host/stream";
import { collectGarbage } from "../plugin/garbage";
import { Context } from "./contexts";
import { openStreams } from "./registry";

/** Begins a callback on a stream. */
export function enter(context: Context): void {
  enterCallback();
  enterRoot(context.root_context.context_id);
  enterStream(context.host);
}

/** Begins a callback on a root context. */
export function enterRootContext(id: u32): void {
  enterCallback();
  enterRoot(id);
  enterStream(null);
}

/** Ends a callback: frees what the host handed over, and collects garbage if there is enough. */
export function leave(): void {
  leaveCallback();
  collectGarbage(openStreams());
}
