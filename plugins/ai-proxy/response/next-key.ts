import { NEXT_KEY_HEADER } from "../../../assembly/ai/contract";
import { HeaderMap } from "../../../assembly/host/headers";
import { Exchange, NextKey } from "../exchange";

/** Sets the response header on which Envoy's router sends the request again, if another API key is free for it. */
export function markNextKey(exchange: Exchange, headers: HeaderMap): void {
  if (exchange.nextKey == NextKey.Retry) headers.setText(NEXT_KEY_HEADER, "1");
}
