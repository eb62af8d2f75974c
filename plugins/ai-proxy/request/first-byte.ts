import { IS_HIGRESS } from "../../../assembly/host/target";
import { Exchange } from "../exchange";

/**
 * Higress's Envoy limits the time to the first byte by a header of its own.
 * https://github.com/alibaba/higress/blob/main/plugins/wasm-go/extensions/ai-proxy/provider
 */
const HEADER: string = IS_HIGRESS
  ? "x-envoy-upstream-rq-first-byte-timeout-ms"
  : "x-envoy-upstream-rq-per-try-timeout-ms";

/**
 * Lets Envoy end an attempt whose response does not begin in time; a response that has begun is not limited. The router
 * reads the header before its upstream filters run: in its chain it is not set.
 */
export function limitFirstByte(exchange: Exchange): void {
  const timeout = exchange.config.chat.firstByteTimeout;
  if (!timeout.length || exchange.isInRoutersChain) return;
  exchange.headers.setText(HEADER, timeout);
}
