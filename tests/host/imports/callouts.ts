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
  };
}
