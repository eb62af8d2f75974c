import { proxy_set_effective_context, proxy_set_tick_period_milliseconds } from "../abi/imports";
import { actingStream, actsElsewhere } from "./stream";

let current: u32 = 0;

/** Notes the root context of the callback: calls of the plugin that it dispatches belong to that root context. */
// @ts-ignore: decorator
@inline
export function enterRoot(id: u32): void {
  current = id;
}

/** The id of the root context of the callback. */
export function currentRoot(): u32 {
  return current;
}

/** Sets the tick period of a root context in milliseconds; 0 for no ticks. */
export function setHostTick(root: u32, milliseconds: u32): void {
  const acting = turnToRoot(root);
  proxy_set_tick_period_milliseconds(milliseconds);
  turnBack(acting);
}

/**
 * Makes the host calls that follow act on a root context, also after `actOn` and in a callback of another one. Returns the argument of
 * `turnBack`.
 */
export function turnToRoot(root: u32): u32 {
  if (root == current && !actsElsewhere()) return 0;
  const stream = actingStream();
  proxy_set_effective_context(root);
  return stream ? stream.id : current;
}

/** Makes host calls act on the context of before `turnToRoot`. */
export function turnBack(context: u32): void {
  if (context) proxy_set_effective_context(context);
}
