import { Callout, CalloutResponse, takeGrpcCallout } from "../../host/callout";
import { actOn } from "../../host/stream";
import { enterPlugin, leaveAndCollect } from "../callback";
import { streams } from "../dispatcher";

// For plugins that use `dispatchGrpc`.

/** gRPC status UNKNOWN: a call that ends without a message did not succeed. */
const UNKNOWN = 2;

const response = new CalloutResponse();

export function proxy_on_grpc_receive(root: u32, call: u32, size: u32): void {
  const callout = takeGrpcCallout(call);
  if (callout) respond(root, callout, 0, size);
}

export function proxy_on_grpc_receive_initial_metadata(root: u32, call: u32, count: u32): void {}

export function proxy_on_grpc_receive_trailing_metadata(root: u32, call: u32, count: u32): void {}

export function proxy_on_grpc_close(root: u32, call: u32, status: u32): void {
  const callout = takeGrpcCallout(call);
  if (callout) respond(root, callout, status ? status : UNKNOWN, 0);
}

function respond(root: u32, callout: Callout, status: u32, size: u32): void {
  const stream = callout.stream ? streams.get(callout.stream) : null;
  if (callout.stream && stream === null) return;
  enterPlugin(root);
  response.grpcStatus = status;
  response.message.begin(size);
  response.message.bytes();
  if (stream) actOn(stream);
  callout.onResponse(response);
  leaveAndCollect();
}
