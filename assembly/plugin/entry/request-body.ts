import { BodyStatus, HeadersStatus } from "../../abi/enums";
import { requestBodyArrived, requestTrailersArrived, wantsRequestBody } from "../bodies";
import { enter, leave } from "../callback";
import { streams } from "../streams";

// For plugins that set `requestBodyMode` or override `onRequestTrailers`: trailers end a body.

/** A piece of a request body arrived; the host holds `size` bytes. */
export function proxy_on_request_body(id: u32, size: u32, endOfStream: u32): u32 {
  const stream = streams.get(id);
  if (stream === null || !wantsRequestBody(stream)) return BodyStatus.Continue;
  enter(stream);
  const status = requestBodyArrived(stream, size, endOfStream != 0);
  leave();
  return status;
}

/** The trailers of a request arrived. */
export function proxy_on_request_trailers(id: u32, count: u32): u32 {
  const stream = streams.get(id);
  if (stream === null) return HeadersStatus.Continue;
  enter(stream);
  const status = requestTrailersArrived(stream);
  leave();
  return status;
}
