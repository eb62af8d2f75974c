// SPDX-License-Identifier: Apache-2.0
import { deflateSync, inflateSync } from "node:zlib";
import { Status } from "../abi.ts";
import { readMessage } from "../protobuf.ts";
import type { Vm } from "../vm.ts";

/** Foreign functions that stock Envoy has but nothing here needs. */
const NOT_EMULATED = new Set([
  "verify_signature",
  "sign",
  "set_envoy_filter_state",
  "expr_create",
  "expr_evaluate",
  "expr_delete",
]);

/** The call of a foreign function. A name that stock Envoy does not know is a violation. */
export function foreignCalls(vm: Vm) {
  const functions: Record<string, (argument: Buffer) => { status: number; result?: Buffer }> = {
    clear_route_cache() {
      const stream = vm.stream;
      if (stream) stream.stream.clearRouteCache();
      else vm.violate("clears the route cache without an effective stream context");
      return { status: Status.Ok };
    },
    // source/extensions/common/wasm/ext/declare_property.proto
    declare_property(argument) {
      const fields = readMessage(argument);
      const name = fields?.get(1);
      if (!fields || !Buffer.isBuffer(name)) return { status: Status.BadArgument };
      const prototypes = vm.root.prototypes;
      const key = name.toString("latin1");
      if (prototypes.has(key)) return { status: Status.BadArgument };
      prototypes.set(key, { readonly: fields.get(2) === 1, span: Number(fields.get(5) ?? 0) });
      return { status: Status.Ok };
    },
    compress: (argument) => ({ status: Status.Ok, result: deflateSync(argument) }),
    uncompress(argument) {
      try {
        return { status: Status.Ok, result: inflateSync(argument) };
      } catch {
        return { status: Status.SerializationFailure };
      }
    },
  };

  return {
    proxy_call_foreign_function(
      name: number,
      nameSize: number,
      argument: number,
      argumentSize: number,
      resultAt: number,
      resultSizeAt: number,
    ): number {
      const functionName = vm.memory.readText(name, nameSize);
      const data = vm.memory.read(argument, argumentSize);
      if (functionName === null || !data) return Status.InvalidMemoryAccess;
      if (NOT_EMULATED.has(functionName)) throw new Error(`foreign function ${functionName} is not emulated`);
      const run = functions[functionName];
      if (!run) {
        vm.violate(`calls the foreign function ${functionName}, which stock Envoy does not have`);
        return Status.NotFound;
      }
      const { status, result = Buffer.alloc(0) } = run(data);
      if (resultAt === 0 || resultSizeAt === 0) return status;
      return vm.memory.handOver(result, resultAt, resultSizeAt) ? status : Status.InvalidMemoryAccess;
    },
  };
}
