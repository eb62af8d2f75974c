import { sliceOfBuffer } from "../bytes/slice";
import { setProperty } from "./property";
import { IS_HIGRESS } from "./target";

const OFF: ArrayBuffer = String.UTF8.encode("off");

/**
 * Keeps the route of the request when this filter changes its headers. Only Higress's Envoy offers that, by a property; elsewhere the
 * host selects the route again, which then has to match the changed headers.
 * https://github.com/higress-group/wasm-go/blob/main/pkg/wrapper/plugin_wrapper.go (DisableReroute)
 */
export function keepRoute(): void {
  if (IS_HIGRESS) setProperty("clear_route_cache", sliceOfBuffer(OFF));
}
