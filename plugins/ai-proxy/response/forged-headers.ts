import { CONSUMER_HEADER, DROPPED_HEADER, NEXT_KEY_HEADER, TRANSLATION_HEADER } from "../../../assembly/ai/contract";
import { byteAt, Slice, sliceEquals, sliceSize, sliceStartsWith } from "../../../assembly/bytes/slice";
import { HeaderMap } from "../../../assembly/host/headers";

const LETTER_X: u32 = 0x78;
const ROUTERS = ["x-envoy-upstream-service-time", "x-envoy-attempt-count"];

/**
 * Removes from a provider's response what only the gateway may say: who asks, what it dropped, whether to try another API key, and Envoy's own
 * headers, some of which make its router eject a host or not try again.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#http-headers-consumed-from-upstream-responses
 */
export function removeForgedHeaders(headers: HeaderMap, isInRoutersChain: bool): void {
  if (!headers.load()) return;
  for (let i = 0; i < headers.count; i++) {
    const name = headers.nameAt(i);
    if (sliceSize(name) == 0 || byteAt(name, 0) != LETTER_X) continue;
    const isEnvoys = sliceStartsWith(name, "x-envoy-") && !isRouters(name, isInRoutersChain);
    if (isEnvoys || isGateways(name)) headers.removeNamed(name);
  }
}

function isGateways(name: Slice): bool {
  if (sliceEquals(name, TRANSLATION_HEADER)) return true;
  return sliceEquals(name, CONSUMER_HEADER) || sliceEquals(name, NEXT_KEY_HEADER) || sliceEquals(name, DROPPED_HEADER);
}

/** Whether the router has written it: before the router its own are there already, over those of the provider. */
function isRouters(name: Slice, isInRoutersChain: bool): bool {
  if (isInRoutersChain) return false;
  for (let i = 0; i < ROUTERS.length; i++) if (sliceEquals(name, ROUTERS[i])) return true;
  return false;
}
