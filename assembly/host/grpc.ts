import { BufferType, Status } from "../abi/enums";
import { proxy_get_status, proxy_grpc_cancel } from "../abi/imports";
import { expectBytes, RETURNED, returnedBytes } from "../abi/memory";
import { ByteBuffer } from "../bytes/buffer";
import { Slice, sliceOf, sliceSize } from "../bytes/slice";
import { BodyBuffer } from "./body";
import { Call } from "./call";
import { HeaderPairs } from "./header-pairs";
import { HeaderMap } from "./headers";

/** The gRPC status codes that the kernel itself reports. https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
export const enum GrpcStatus {
  Ok = 0,
  DeadlineExceeded = 4,
  ResourceExhausted = 8,
}

/** The largest message that is read, in bytes: the default limit of gRPC's own clients. */
export const MOST_MESSAGE_BYTES: i32 = 4 << 20;

const received = new BodyBuffer(BufferType.GrpcReceiveBuffer);
const pending = new Map<u32, GrpcPeer>();

/** The common part of `GrpcCall` and `GrpcStream`, which the host's gRPC callbacks find by their token. */
export abstract class GrpcPeer extends Call {
  /** Handles a message of `size` bytes, which `receivedMessage` reads. */
  abstract receive(size: i32): void;

  /** Handles the end, with a gRPC status; `statusText` reads the reason. */
  abstract finish(status: u32): void;

  /** The headers with which the response begins; the host reports them for streams only. */
  onInitialMetadata(metadata: HeaderMap): void {}

  /** The trailers of the response; the host reports them for streams only. */
  onTrailingMetadata(metadata: HeaderMap): void {}

  /** Cancels the call. The host calls no callback for it any more. */
  drop(): void {
    const token = this.token;
    this.release();
    proxy_grpc_cancel(token);
  }

  /** Adds the call to the pending ones. */
  protected list(token: u32): void {
    this.begin(token);
    pending.set(token, this);
  }

  /** Removes the call from the pending ones. */
  protected release(): void {
    pending.delete(this.token);
    this.end();
  }
}

/** The pending gRPC call or stream with this token; `null` if there is none. */
export function grpcPeer(token: u32): GrpcPeer | null {
  return pending.has(token) ? pending.get(token) : null;
}

/** The message that has just arrived, of `size` bytes; valid until the callback returns. */
export function receivedMessage(size: i32): Slice {
  return received.part(0, size);
}

/**
 * The text of the status that the host has just reported: `grpc-message` as the peer sent it, percent-encoded, with Envoy's details in
 * braces behind it. It may be empty, and is valid until the callback returns.
 */
export function statusText(): Slice {
  expectBytes();
  const status = proxy_get_status(RETURNED + 8, RETURNED, RETURNED + 4);
  return status == Status.Ok ? returnedBytes() : sliceOf(RETURNED, 0);
}

// envoy.config.core.v3.GrpcService: envoy_grpc = 1; in it EnvoyGrpc: cluster_name = 1. Envoy takes the plain name of a cluster
// too, but not one that by chance is a valid protobuf message, as "model" and "ai-search" are.
// https://github.com/envoyproxy/envoy/blob/main/api/envoy/config/core/v3/grpc_service.proto
const FIELD_ONE = 0x0a;

const name = new ByteBuffer();
const service = new ByteBuffer();
const target = new ByteBuffer();

/** The cluster as the protobuf message in which the host takes it; valid until the next call. */
export function grpcService(cluster: string): Slice {
  name.clear();
  service.clear();
  target.clear();
  return field(target, field(service, name.text(cluster).slice));
}

/** Appends a field 1 with these bytes; returns all that `out` holds. */
function field(out: ByteBuffer, bytes: Slice): Slice {
  out.byte(FIELD_ONE);
  let size = <u32>sliceSize(bytes);
  for (; size >= 0x80; size >>= 7) out.byte((size & 0x7f) | 0x80);
  return out.byte(size).append(bytes).slice;
}

const metadata = new ByteBuffer();

/** Initial metadata as the host takes it; valid until the next call. */
export function encodedMetadata(pairs: HeaderPairs | null): Slice {
  metadata.clear();
  return pairs ? pairs.encode(metadata) : sliceOf(RETURNED, 0);
}
