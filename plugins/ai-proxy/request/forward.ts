import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, slicesEqual } from "../../../assembly/bytes/slice";
import { HeaderMap } from "../../../assembly/host/headers";
import { Exchange } from "../exchange";
import { applyEdits, keepClientHeaders } from "./client-headers";
import { logServed } from "./served-log";
import { writeUpstreamPath } from "./upstream-path";

// One request is prepared at a time.
const path = new ByteBuffer();

/** Sets the path of the request and applies all other changes: the last step before it goes on. `false` if it is refused. */
export function forward(exchange: Exchange, headers: HeaderMap): bool {
  path.clear();
  if (!writeUpstreamPath(exchange, path)) return false;
  if (!slicesEqual(path.slice, exchange.clientPath)) exchange.headers.set(":path", path.slice);
  applyEdits(exchange, headers);
  keepClientHeaders(exchange, exchange.config.host, path.slice, headers);
  logServed(exchange);
  exchange.forgetPath();
  return true;
}
