import { Status } from "../abi/enums";
import { proxy_grpc_close, proxy_grpc_send, proxy_grpc_stream } from "../abi/imports";
import { RETURNED, returnedNumber } from "../abi/memory";
import { ABSENT, Slice, sliceSize, sliceStart } from "../bytes/slice";
import { Deadline } from "./deadline";
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

/** The deadline of a stream: calls its `onTimeout`. */
export class StreamDeadline extends Deadline {
  /** The stream that it belongs to. */
  stream: GrpcStream | null = null;

  onExpired(): void {
    this.stream!.onTimeout();
  }
}

/**
 * A bidirectional gRPC stream of a root context to another cluster. It outlives the HTTP streams that use it, and is cancelled when
 * its root context ends. Every callback of the root context and of its HTTP streams can send on it. `onClose` is called once for each
 * time it was opened, unless it is cancelled; it can be opened again from then on, also in `onClose`.
 *
 * Envoy buffers without a limit what the peer does not read: bound the number of messages without a response.
 */
export abstract class GrpcStream extends GrpcPeer {
  /** The time until which the peer must respond: `setDeadline(stream.deadline, milliseconds)` sets it, `clear()` removes it. */
  readonly deadline: StreamDeadline = new StreamDeadline();
  private root: u32 = 0;
  private sends: bool = false;

  constructor() {
    super();
    this.deadline.stream = this;
  }

  /** A message arrived. It is valid until the callback returns or calls `turnTo`. */
  abstract onMessage(message: Slice): void;

  /**
   * The stream ended: the peer closed it, the connection broke (status 13 or 14) or was not accepted (14), a message was larger than
   * 4 MiB (8), or the deadline passed (4). `text` is `grpc-message` as the peer sent it, percent-encoded, with Envoy's details in
   * braces behind it; it may be empty or `ABSENT`. It runs in a callback of the root context.
   */
  abstract onClose(status: u32, text: Slice): void;

  /** The deadline has passed. Ends the stream with status 4 (DEADLINE_EXCEEDED), unless overridden. */
  onTimeout(): void {
    this.drop();
    this.onClose(GrpcStatus.DeadlineExceeded, ABSENT);
  }

  /** Whether messages can be sent. */
  get isOpen(): bool {
    return this.sends;
  }

  /**
   * Opens the stream from the current root context; `service` is a full name. Messages may be sent at once. Returns `false`, and
   * calls no hook, if the host refuses (unknown cluster) or if the stream is pending.
   */
  open(cluster: string, service: string, method: string, initialMetadata: HeaderPairs | null = null): bool {
    if (this.isPending) return false;
    const target = grpcService(cluster);
    const serviceName = encoded(service);
    const methodName = alsoEncoded(method);
    const metadata = encodedMetadata(initialMetadata);
    const context = turnToRoot(currentRoot());
    const status = proxy_grpc_stream(
      sliceStart(target),
      sliceSize(target),
      sliceStart(serviceName),
      sliceSize(serviceName),
      sliceStart(methodName),
      sliceSize(methodName),
      sliceStart(metadata),
      sliceSize(metadata),
      RETURNED,
    );
    turnBack(context);
    if (status != Status.Ok) return false;
    this.list(returnedNumber());
    this.root = currentRoot();
    this.sends = true;
    return true;
  }

  /** Sends a message; `endOfStream` says that it is the last. Returns `false` if the stream is not open, or belongs to
   * another root context. */
  send(message: Slice, endOfStream: bool = false): bool {
    if (!this.sends || this.root != currentRoot()) return false;
    if (endOfStream) this.sends = false;
    const context = turnToRoot(this.root);
    const status = proxy_grpc_send(this.token, sliceStart(message), sliceSize(message), endOfStream ? 1 : 0);
    turnBack(context);
    return status == Status.Ok;
  }

  /** Ends the sending direction. The peer can still send; `onClose` is called when it has closed the stream too. */
  close(): void {
    if (!this.sends) return;
    this.sends = false;
    const context = turnToRoot(this.root);
    proxy_grpc_close(this.token);
    turnBack(context);
  }

  /** Ends the stream at once, in both directions; no hook is called. */
  cancel(): void {
    if (this.isPending) this.drop();
  }

  receive(size: i32): void {
    if (size <= MOST_MESSAGE_BYTES) return this.onMessage(receivedMessage(size));
    this.drop();
    this.onClose(GrpcStatus.ResourceExhausted, ABSENT);
  }

  finish(status: u32): void {
    const text = statusText();
    // After the peer has closed the stream, Envoy keeps a record of it until the plugin cancels it, and sending on it would be an
    // access to freed memory (onGrpcCloseWrapper and grpcSend in source/extensions/common/wasm/context.cc).
    this.drop();
    this.onClose(status, text);
  }

  override drop(): void {
    this.sends = false;
    this.deadline.clear();
    const context = turnToRoot(this.root);
    super.drop();
    turnBack(context);
  }
}
