import { MapType } from "../../abi/enums";
import { GrpcPeer, grpcPeer } from "../../host/grpc";
import { HeaderMap } from "../../host/headers";
import { actOn } from "../../host/stream";
import { enterPlugin, leaveAndCollect } from "../callback";
import { streams } from "../streams";

// For plugins that use `GrpcCall` or `GrpcStream`. An unknown token is ignored: Envoy also reports the end of a call that it
// refused at once, with a token that it did not return.

const initialMetadata = new HeaderMap(MapType.GrpcReceiveInitialMetadata);
const trailingMetadata = new HeaderMap(MapType.GrpcReceiveTrailingMetadata);

/** The initial metadata of a gRPC response arrived. */
export function proxy_on_grpc_receive_initial_metadata(root: u32, token: u32, count: u32): void {
  const peer = enterPeer(root, token);
  if (peer === null) return;
  peer.onInitialMetadata(initialMetadata);
  initialMetadata.forget();
  leaveAndCollect();
}

/** A gRPC message of `size` bytes arrived. */
export function proxy_on_grpc_receive(root: u32, token: u32, size: u32): void {
  const peer = enterPeer(root, token);
  if (peer === null) return;
  peer.receive(size);
  leaveAndCollect();
}

/** The trailing metadata of a gRPC response arrived. */
export function proxy_on_grpc_receive_trailing_metadata(root: u32, token: u32, count: u32): void {
  const peer = enterPeer(root, token);
  if (peer === null) return;
  peer.onTrailingMetadata(trailingMetadata);
  trailingMetadata.forget();
  leaveAndCollect();
}

/** A gRPC call or stream has ended with `status`. */
export function proxy_on_grpc_close(root: u32, token: u32, status: u32): void {
  const peer = enterPeer(root, token);
  if (peer === null) return;
  peer.finish(status);
  leaveAndCollect();
}

/** Begins the callback for what is pending with this token, on the stream that waits for it; `null` if nothing is. */
function enterPeer(root: u32, token: u32): GrpcPeer | null {
  const peer = grpcPeer(token);
  if (peer === null) return null;
  const stream = peer.stream ? streams.get(peer.stream) : null;
  if (peer.stream && stream === null) return null;
  enterPlugin(root);
  if (stream !== null) actOn(stream);
  return peer;
}
