import { ABSENT } from "../../../assembly/bytes/slice";
import { namedProperty } from "../../../assembly/host/property";
import { Exchange } from "../exchange";

/**
 * Lets Envoy end an attempt whose response does not begin in time; a response that has begun is not limited. The router
 * reads the header before its upstream filters run: there, where the upstream's address is known, it is not set.
 */
export function limitFirstByte(exchange: Exchange): void {
  const timeout = exchange.config.chat.firstByteTimeout;
  if (timeout.length && namedProperty("upstream\0address") == ABSENT)
    exchange.headers.setText("x-envoy-upstream-rq-per-try-timeout-ms", timeout);
}
