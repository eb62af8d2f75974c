import { HeadersStatus } from "../../abi/enums";
import { enter, leave } from "../callback";
import { responseHeadersArrived } from "../dispatcher";
import { streams } from "../streams";

// For plugins that override `onResponseHeaders`.

/** The headers of a response arrived. */
export function proxy_on_response_headers(id: u32, count: u32, endOfStream: u32): u32 {
  const stream = streams.get(id);
  if (stream === null) return HeadersStatus.Continue;
  enter(stream);
  const status = responseHeadersArrived(stream, endOfStream != 0);
  leave();
  return status;
}
