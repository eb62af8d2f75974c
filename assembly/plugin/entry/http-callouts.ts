import { CalloutResponse, takeCallout } from "../../host/callout";
import { actOn } from "../../host/stream";
import { enterPlugin, leaveAndCollect } from "../callback";
import { streams } from "../streams";

// For plugins that use `dispatchHttp`.

/** The largest body that is read, in bytes: a larger one could exhaust the memory of the VM. */
const MOST_BODY_BYTES: u32 = 64 << 20;

const response = new CalloutResponse();

/** The response to an HTTP callout arrived; `headers` is 0 if there is none. */
export function proxy_on_http_call_response(root: u32, call: u32, headers: u32, bodySize: u32, trailers: u32): void {
  const callout = takeCallout(call);
  if (callout === null) return;
  const stream = callout.stream ? streams.get(callout.stream) : null;
  if (callout.stream && stream === null) return;
  enterPlugin(root);
  response.hasArrived = headers != 0 && bodySize <= MOST_BODY_BYTES;
  response.body.begin(response.hasArrived ? bodySize : 0);
  // The response's headers and body belong to the root context, which stops being the effective one below.
  if (response.hasArrived) response.headers.load();
  response.body.bytes();
  if (stream) actOn(stream);
  callout.onResponse(response);
  response.headers.forget();
  leaveAndCollect();
}
