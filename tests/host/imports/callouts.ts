// SPDX-License-Identifier: Apache-2.0
import { Status } from "../abi.ts";
import { decodePairs } from "../guest-memory.ts";
import { HeaderMap } from "../header-map.ts";
import type { Vm } from "../vm.ts";

const NEEDED = [":method", ":path", ":authority"];

/** Host calls that ask another service; the answer always comes to the root context. */
export function calloutCalls(vm: Vm) {
  const map = (at: number, size: number): HeaderMap | null => {
    const data = vm.memory.read(at, size);
    const pairs = data && decodePairs(data);
    if (data && !pairs) vm.violate("makes a call with header pairs in a broken layout");
    return data && new HeaderMap(pairs ?? []);
  };

  return {
    proxy_http_call(
      cluster: number,
      clusterSize: number,
      headers: number,
      headersSize: number,
      body: number,
      bodySize: number,
      trailers: number,
      trailersSize: number,
      timeoutMs: number,
      tokenAt: number,
    ): number {
      const name = vm.memory.readText(cluster, clusterSize);
      const data = vm.memory.read(body, bodySize);
      const [headerMap, trailerMap] = [map(headers, headersSize), map(trailers, trailersSize)];
      if (name === null || !data || !headerMap || !trailerMap) return Status.InvalidMemoryAccess;
      if (!vm.memory.writeU32(tokenAt, 0)) return Status.InvalidMemoryAccess;
      if ((timeoutMs | 0) < 0 || !vm.environment.clusters.has(name)) return Status.BadArgument;
      if (NEEDED.some((needed) => headerMap.get(needed) === undefined)) {
        vm.violate(`calls ${name} without all of ${NEEDED.join(", ")}`);
        return Status.BadArgument;
      }
      const token = vm.newToken("http");
      const call = { root: vm.root, cluster: name, headers: headerMap, body: data, trailers: trailerMap, timeoutMs };
      vm.callouts.set(token, { kind: "http", token, ...call });
      vm.memory.writeU32(tokenAt, token);
      return Status.Ok;
    },

    proxy_grpc_call(
      cluster: number,
      clusterSize: number,
      service: number,
      serviceSize: number,
      method: number,
      methodSize: number,
      metadata: number,
      metadataSize: number,
      message: number,
      messageSize: number,
      timeoutMs: number,
      tokenAt: number,
    ): number {
      const name = vm.memory.readText(cluster, clusterSize);
      const serviceName = vm.memory.readText(service, serviceSize);
      const methodName = vm.memory.readText(method, methodSize);
      const data = vm.memory.read(message, messageSize);
      const pairs = map(metadata, metadataSize);
      if (name === null || serviceName === null || methodName === null || !data || !pairs) {
        return Status.InvalidMemoryAccess;
      }
      if (!vm.environment.clusters.has(name)) return Status.ParseFailure;
      const token = vm.newToken("grpc");
      const call = { root: vm.root, cluster: name, service: serviceName, method: methodName, metadata: pairs };
      vm.callouts.set(token, { kind: "grpc", token, ...call, message: data, timeoutMs });
      return vm.memory.writeU32(tokenAt, token) ? Status.Ok : Status.InvalidMemoryAccess;
    },
    proxy_grpc_cancel(token: number): number {
      return endGrpc(token);
    },
    proxy_grpc_close(token: number): number {
      return endGrpc(token);
    },
    // Streams are not emulated: nothing in the gateway uses them.
    proxy_grpc_send: (): number => Status.BadArgument,
    proxy_grpc_stream(): number {
      throw new Error("proxy_grpc_stream is not emulated");
    },
  };

  function endGrpc(token: number): number {
    if (vm.callouts.get(token)?.kind !== "grpc") return Status.NotFound;
    vm.callouts.delete(token);
    return Status.Ok;
  }
}
