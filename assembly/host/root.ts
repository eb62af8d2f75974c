import { proxy_set_tick_period_milliseconds } from "../abi/imports";

let current: u32 = 0;

/** Notes whose root context the callback runs on: what it begins in the background belongs to that one. */
// @ts-ignore: decorator
@inline
export function enterRoot(id: u32): void {
  current = id;
}

/** The id of the root context on which the callback runs. */
export function currentRoot(): u32 {
  return current;
}

/** Asks the host for a tick of the current root context every so many milliseconds; 0 for none. */
export function setHostTick(milliseconds: u32): void {
  proxy_set_tick_period_milliseconds(milliseconds);
}
