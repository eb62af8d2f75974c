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
import { currentRoot } from "./root";
import { alsoEncoded, encoded } from "./scratch";

/** The deadline of a stream: calls its `onTimeout`. */
export class StreamDeadline extends Deadline {
  stream: GrpcStream | null = null;

  onExpired(): void {
    this.stream!.onTimeout();
  }
}

/**
 * A bidirectional gRPC stream of a root context to another cluster: it outlives the HTTP streams that use it and ends, without
 * a callback, with its root context. Every callback of that root context and of its streams may send on it. A stream that was
 * opened ends with one `onClose`, unless it is cancelled, and may then be opened again, in `onClose` too.
 *
 * Envoy holds what the peer does not read, without a limit: a protocol in which the peer answers each message bounds it.
 */
export abstract class GrpcStream extends GrpcPeer {
  /** Until when the peer must have answered: `setDeadline(stream.deadline, …)` sets it, `clear` removes it. */
  readonly deadline: StreamDeadline = new StreamDeadline();
  private root: u32 = 0;
  private sends: bool = false;

  constructor() {
    super();
    this.deadline.stream = this;
  }

  /** A message arrived; it is valid until the callback returns, or acts on another stream with `turnTo`. */
  abstract onMessage(message: Slice): void;

  /**
   * The stream ended: the peer closed it, the connection broke, the endpoint did not accept it (status 14), or its time ran out
   * (status 4). `text` says why (`grpc-message`), and is often empty. It is called in a callback of the root context.
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
    if (status != Status.Ok) return false;
    this.list(returnedNumber());
    this.root = currentRoot();
    this.sends = true;
    return true;
  }

  /** Sends a message; `endOfStream` says that it is the last. Returns `false` if the stream takes none from here. */
  send(message: Slice, endOfStream: bool = false): bool {
    if (!this.sends || this.root != currentRoot()) return false;
    if (endOfStream) this.sends = false;
    return proxy_grpc_send(this.token, sliceStart(message), sliceSize(message), endOfStream ? 1 : 0) == Status.Ok;
  }

  /** Says that no more messages come; the peer answers what it has and closes the stream, which `onClose` reports. */
  close(): void {
    if (!this.sends) return;
    this.sends = false;
    proxy_grpc_close(this.token);
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
    // Envoy keeps a stream that the peer has closed until it is closed here too, and must not be told to send on it any more.
    this.drop();
    this.onClose(status, text);
  }

  override drop(): void {
    this.sends = false;
    this.deadline.clear();
    super.drop();
  }
}
