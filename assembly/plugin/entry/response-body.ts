import { BodyStatus, HeadersStatus } from "../../abi/enums";
import { responseBodyArrived, responseTrailersArrived, wantsResponseBody } from "../bodies";
import { enter, leave } from "../callback";
import { streams } from "../streams";

// For plugins that set `responseBodyMode` or override `onResponseTrailers`: trailers end a body.

/** A piece of a response body arrived; the host holds `size` bytes. */
export function proxy_on_response_body(id: u32, size: u32, endOfStream: u32): u32 {
  const stream = streams.get(id);
  if (stream === null || !wantsResponseBody(stream)) return BodyStatus.Continue;
  enter(stream);
  const status = responseBodyArrived(stream, size, endOfStream != 0);
  leave();
  return status;
}

/** The trailers of a response arrived. */
export function proxy_on_response_trailers(id: u32, count: u32): u32 {
  const stream = streams.get(id);
  if (stream === null) return HeadersStatus.Continue;
  enter(stream);
  const status = responseTrailersArrived(stream);
  leave();
  return status;
}
