// SPDX-License-Identifier: Apache-2.0
import { Status } from "../abi.ts";
import type { GrpcStreamCallout } from "../callouts.ts";
import { decodePairs } from "../guest-memory.ts";
import { HeaderMap } from "../header-map.ts";
import { readMessage } from "../protobuf.ts";
import type { Vm } from "../vm.ts";

/** gRPC status UNAVAILABLE. */
const UNAVAILABLE = 14;
/** `envoy_grpc` of GrpcService, and `cluster_name` of what is in it. */
const FIELD_ONE = 1;

/** What calls and streams are opened with. */
interface Opening {
  cluster: string;
  service: string;
  method: string;
  metadata: HeaderMap;
}

/** Host calls of gRPC; what they lead to comes to the root context. */
export function grpcCalls(vm: Vm) {
  /** Reads what is opened; a status where Envoy refuses. */
  const opening = (range: number[], kind: "grpc" | "stream"): Opening | number => {
    const [target, service, method, metadata] = [0, 2, 4, 6].map((at) => vm.memory.read(range[at], range[at + 1]));
    if (!target || !service || !method || !metadata) return Status.InvalidMemoryAccess;
    const pairs = decodePairs(metadata);
    if (!pairs) vm.violate("makes a gRPC call with header pairs in a broken layout");
    const fields = readMessage(target);
    const cluster = fields ? clusterOf(fields) : target.toString("latin1");
    if (cluster === null) {
      vm.violate("names the gRPC service by bytes that are a protobuf message without a cluster: Envoy aborts");
      return Status.InternalFailure;
    }
    if (!vm.environment.clusters.has(cluster)) return fields ? refuse(kind) : Status.ParseFailure;
    const [serviceName, methodName] = [service, method].map((text) => text.toString("latin1"));
    return { cluster, service: serviceName, method: methodName, metadata: new HeaderMap(pairs ?? []) };
  };

  /** Envoy uses up a token that it does not give, and reports the end with it after the callback. */
  const refuse = (kind: "grpc" | "stream"): number => {
    const root = vm.root;
    const token = vm.newToken(kind);
    vm.doAfterCall(() => {
      root.status = { code: UNAVAILABLE, message: "Cluster not available" };
      vm.call(root, "proxy_on_grpc_close", [root.id, token, UNAVAILABLE]);
    });
    return Status.InternalFailure;
  };

  const open = (token: number): GrpcStreamCallout | undefined => {
    const stream = vm.grpcStreams.get(token);
    return stream?.root === vm.root ? stream : undefined;
  };

  return {
    proxy_grpc_call(...args: number[]): number {
      const [message, messageSize, timeoutMs, tokenAt] = args.slice(8);
      const data = vm.memory.read(message, messageSize);
      if (!data) return Status.InvalidMemoryAccess;
      const call = opening(args, "grpc");
      if (typeof call === "number") return call;
      const token = vm.newToken("grpc");
      vm.callouts.set(token, { kind: "grpc", token, root: vm.root, ...call, message: data, timeoutMs });
      return vm.memory.writeU32(tokenAt, token) ? Status.Ok : Status.InvalidMemoryAccess;
    },
    proxy_grpc_stream(...args: number[]): number {
      const call = opening(args, "stream");
      if (typeof call === "number") return call;
      const token = vm.newToken("stream");
      const state = { sent: [], isHalfClosed: false, isClosed: false, isRemoteClosed: false };
      vm.grpcStreams.set(token, { kind: "stream", token, root: vm.root, ...call, ...state });
      return vm.memory.writeU32(args[8], token) ? Status.Ok : Status.InvalidMemoryAccess;
    },
    proxy_grpc_send(token: number, at: number, size: number, endOfStream: number): number {
      const data = vm.memory.read(at, size);
      if (!data) return Status.InvalidMemoryAccess;
      // The two low bits of a token say what it is of.
      if ((token & 3) !== 2) return Status.BadArgument;
      const stream = open(token);
      if (!stream) return Status.NotFound;
      if (stream.isRemoteClosed) vm.violate("sends on a gRPC stream that the peer has closed: Envoy has freed it");
      else if (stream.isHalfClosed) vm.violate("sends on a gRPC stream after its last message");
      else stream.sent.push(data);
      stream.isHalfClosed ||= endOfStream !== 0;
      return Status.Ok;
    },
    proxy_grpc_close(token: number): number {
      if ((token & 3) === 1) return endCall(token);
      if ((token & 3) !== 2) return Status.BadArgument;
      const stream = open(token);
      if (!stream) return Status.NotFound;
      if (stream.isRemoteClosed) vm.violate("closes a gRPC stream that the peer has closed: Envoy has freed it");
      stream.isHalfClosed = true;
      stream.isClosed = true;
      return Status.Ok;
    },
    proxy_grpc_cancel(token: number): number {
      if ((token & 3) === 1) return endCall(token);
      if ((token & 3) !== 2) return Status.BadArgument;
      if (!open(token)) return Status.NotFound;
      vm.grpcStreams.delete(token);
      return Status.Ok;
    },
  };

  function endCall(token: number): number {
    if (vm.callouts.get(token)?.kind !== "grpc") return Status.NotFound;
    vm.callouts.delete(token);
    return Status.Ok;
  }
}

/** `envoy_grpc.cluster_name`; null where there is none. */
function clusterOf(fields: Map<number, number | Buffer>): string | null {
  const target = fields.get(FIELD_ONE);
  const name = Buffer.isBuffer(target) ? readMessage(target)?.get(FIELD_ONE) : undefined;
  return Buffer.isBuffer(name) ? name.toString("latin1") : null;
}
