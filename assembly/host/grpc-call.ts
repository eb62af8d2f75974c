import { Status } from "../abi/enums";
import { proxy_grpc_call } from "../abi/imports";
import { RETURNED, returnedNumber } from "../abi/memory";
import { ABSENT, Slice, sliceSize, sliceStart } from "../bytes/slice";
import {
  encodedMetadata,
  GrpcPeer,
  grpcService,
  GrpcStatus,
  MOST_MESSAGE_BYTES,
  receivedMessage,
  statusText,
} from "./grpc";
import { HeaderPairs } from "./header-pairs";
import { currentRoot, turnBack, turnToRoot } from "./root";
import { alsoEncoded, encoded } from "./scratch";

/** The response to a unary gRPC call; valid until the callback returns. */
export class GrpcResponse {
  /** The gRPC status; 0 if there is a message. */
  status: u32 = 0;
  /** The text that came with a status other than 0 (`grpc-message`); often empty. */
  statusText: Slice = ABSENT;
  /** The protobuf bytes of the message; `ABSENT` if the status is not 0. */
  message: Slice = ABSENT;
}

const response = new GrpcResponse();

/** A unary gRPC call to another cluster. Subclass it and keep the state in fields. `Call` describes when it ends. */
export abstract class GrpcCall extends GrpcPeer {
  /** Called once, with a message or with a status. The effective context is the stream that waits. */
  abstract onResponse(response: GrpcResponse): void;

  /**
   * Sends the call: `service` is a full name (`envoy.service.ratelimit.v3.RateLimitService`), `message` holds protobuf bytes.
   * Returns `false`, and never calls `onResponse`, if the host refuses (unknown cluster) or if the call is pending.
   */
  dispatch(
    cluster: string,
    service: string,
    method: string,
    message: Slice,
    timeoutMilliseconds: i32,
    initialMetadata: HeaderPairs | null = null,
  ): bool {
    if (this.isPending) return false;
    const target = grpcService(cluster);
    const serviceName = encoded(service);
    const methodName = alsoEncoded(method);
    const metadata = encodedMetadata(initialMetadata);
    const context = this.stream ? 0 : turnToRoot(currentRoot());
    const status = proxy_grpc_call(
      sliceStart(target),
      sliceSize(target),
      sliceStart(serviceName),
      sliceSize(serviceName),
      sliceStart(methodName),
      sliceSize(methodName),
      sliceStart(metadata),
      sliceSize(metadata),
      sliceStart(message),
      sliceSize(message),
      timeoutMilliseconds,
      RETURNED,
    );
    turnBack(context);
    if (status != Status.Ok) return false;
    this.list(returnedNumber());
    return true;
  }

  receive(size: i32): void {
    const fits = size <= MOST_MESSAGE_BYTES;
    this.release();
    response.status = fits ? GrpcStatus.Ok : GrpcStatus.ResourceExhausted;
    response.statusText = ABSENT;
    response.message = fits ? receivedMessage(size) : ABSENT;
    this.onResponse(response);
  }

  finish(status: u32): void {
    this.release();
    response.status = status;
    response.statusText = statusText();
    response.message = ABSENT;
    this.onResponse(response);
  }
}
