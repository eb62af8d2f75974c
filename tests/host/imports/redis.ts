// SPDX-License-Identifier: Apache-2.0
import { Status } from "../abi.ts";
import type { Vm } from "../vm.ts";

/**
 * Host calls for Redis, which Higress's Envoy has; the result comes to the root context.
 * https://github.com/higress-group/proxy-wasm-go-sdk/blob/main/proxywasm/internal/abi_hostcalls.go
 */
export function redisCalls(vm: Vm) {
  const isKnown = (cluster: string): boolean => vm.environment.clusters.has(cluster.split("?")[0]);

  return {
    proxy_redis_init(
      cluster: number,
      clusterSize: number,
      username: number,
      usernameSize: number,
      password: number,
      passwordSize: number,
      timeoutMs: number,
    ): number {
      const name = vm.memory.readText(cluster, clusterSize);
      const login = vm.memory.readText(username, usernameSize);
      const secret = vm.memory.readText(password, passwordSize);
      if (name === null || login === null || secret === null) return Status.InvalidMemoryAccess;
      if (!isKnown(name)) return Status.BadArgument;
      vm.redisLogins.set(name, { username: login, password: secret, timeoutMs });
      return Status.Ok;
    },
    proxy_redis_call(cluster: number, clusterSize: number, query: number, querySize: number, tokenAt: number): number {
      const name = vm.memory.readText(cluster, clusterSize);
      const data = vm.memory.read(query, querySize);
      if (name === null || !data) return Status.InvalidMemoryAccess;
      if (!isKnown(name)) return Status.BadArgument;
      if (!vm.redisLogins.has(name)) vm.violate("calls Redis before it has said how to reach it");
      const token = vm.newToken("redis");
      vm.redisCalls.set(token, { kind: "redis", token, root: vm.root, cluster: name, query: data });
      return vm.memory.writeU32(tokenAt, token) ? Status.Ok : Status.InvalidMemoryAccess;
    },
  };
}
