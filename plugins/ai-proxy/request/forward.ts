import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, slicesEqual } from "../../../assembly/bytes/slice";
import { nowInSeconds } from "../../../assembly/host/clock";
import { HeaderMap } from "../../../assembly/host/headers";
import { Exchange } from "../exchange";
import { providerOf } from "../providers";
import { credentialOf } from "./awaited-values";
import { applyEdits, keepClientHeaders } from "./client-headers";
import { logServed } from "./served-log";
import { readValue } from "./shared-value";
import { writeUpstreamPath } from "./upstream-path";
import { SIGNATURES } from "../config/built-features";

// One request is prepared at a time.
const path = new ByteBuffer();

/**
 * Sets the path, signs the request and applies all changes of headers: the last step before it is forwarded. `body` is what the
 * provider gets, `ABSENT` if it is empty or not signed. `false` if the request is refused, as `exchange` says.
 */
export function forward(exchange: Exchange, headers: HeaderMap, body: Slice): bool {
  path.clear();
  if (!writeUpstreamPath(exchange, path)) return false;
  if (!slicesEqual(path.slice, exchange.clientPath)) exchange.headers.set(":path", path.slice);
  if (SIGNATURES && exchange.config.settings.signs && !sign(exchange, headers.get(":method"), body)) return false;
  applyEdits(exchange, headers);
  keepClientHeaders(exchange, exchange.config.host, path.slice, headers);
  logServed(exchange);
  exchange.forgetPath();
  return true;
}

/** Forwards a request without a body that a provider signs. */
export function forwardHeaders(exchange: Exchange, headers: HeaderMap): bool {
  exchange.headers.clear();
  return forward(exchange, headers, ABSENT);
}

function sign(exchange: Exchange, method: Slice, body: Slice): bool {
  if (!SIGNATURES) return true;
  const source = credentialOf(exchange);
  exchange.credential = source ? readValue(source) : ABSENT;
  if (source && exchange.credential == ABSENT) {
    const message = "The gateway could not fetch what the provider's requests are signed with.";
    return exchange.refuse(message, "", "credential_unavailable", 503);
  }
  exchange.created = nowInSeconds();
  return providerOf(exchange).sign(exchange, method, path.slice, body);
}
