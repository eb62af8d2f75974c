// SPDX-License-Identifier: Apache-2.0
import type { Vm } from "../vm.ts";
import { bufferCalls } from "./buffers.ts";
import { calloutCalls } from "./callouts.ts";
import { foreignCalls } from "./foreign.ts";
import { grpcCalls } from "./grpc.ts";
import { headerCalls } from "./headers.ts";
import { redisCalls } from "./redis.ts";
import { sharedCalls } from "./shared.ts";
import { streamCalls } from "./streams.ts";
import { systemCalls, wasiCalls } from "./system.ts";

/**
 * Every import that stock Envoy offers a module of ABI 0.2.1, acting on `vm`, and with `isHigress` those of Higress's Envoy. A module
 * that imports anything else does not load, as it does not load in Envoy.
 */
export function hostImports(vm: Vm): WebAssembly.Imports {
  const env = {
    ...systemCalls(vm),
    ...headerCalls(vm),
    ...bufferCalls(vm),
    ...streamCalls(vm),
    ...calloutCalls(vm),
    ...grpcCalls(vm),
    ...sharedCalls(vm),
    ...foreignCalls(vm),
    ...(vm.environment.isHigress ? redisCalls(vm) : {}),
  };
  return {
    env: { ...counted(vm, env), ...vm.environment.imports },
    wasi_snapshot_preview1: wasiCalls(vm),
    wasi_unstable: wasiCalls(vm),
  };
}

function counted(vm: Vm, calls: Record<string, (...args: never[]) => number>): WebAssembly.ModuleImports {
  const wrap = (name: string, call: (...args: never[]) => number) => {
    return (...args: never[]): number => {
      vm.hostCalls++;
      vm.onHostCall?.(name);
      return call(...args);
    };
  };
  return Object.fromEntries(Object.entries(calls).map(([name, call]) => [name, wrap(name, call)]));
}
