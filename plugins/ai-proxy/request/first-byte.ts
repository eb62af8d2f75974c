import { Exchange } from "../exchange";

/**
 * Lets Envoy end an attempt whose response does not begin in time; a response that has begun is not limited. The router
 * reads the header before its upstream filters run: in its chain it is not set.
 */
export function limitFirstByte(exchange: Exchange): void {
  const timeout = exchange.config.chat.firstByteTimeout;
  if (!timeout.length || exchange.isInRoutersChain) return;
  exchange.headers.setText("x-envoy-upstream-rq-per-try-timeout-ms", timeout);
}
