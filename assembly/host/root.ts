import { proxy_set_tick_period_milliseconds } from "../abi/imports";

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

/** Sets the tick period of the current root context in milliseconds; 0 for no ticks. */
export function setHostTick(milliseconds: u32): void {
  proxy_set_tick_period_milliseconds(milliseconds);
}
