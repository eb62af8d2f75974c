// SPDX-License-Identifier: Apache-2.0
import { LOG_LEVELS, Status } from "../abi.ts";
import type { Vm } from "../vm.ts";

/** Host calls on the surroundings: log, clock, timer, status of the last call. */
export function systemCalls(vm: Vm) {
  return {
    proxy_log(level: number, at: number, size: number): number {
      const data = vm.memory.read(at, size);
      if (!data) return Status.InvalidMemoryAccess;
      if (level >= LOG_LEVELS.length) {
        vm.violate(`logs at level ${level}`);
        return Status.BadArgument;
      }
      vm.log(LOG_LEVELS[level], data.toString("utf8"));
      return Status.Ok;
    },
    proxy_get_log_level(at: number): number {
      return vm.memory.writeU32(at, vm.environment.logLevel) ? Status.Ok : Status.InvalidMemoryAccess;
    },
    proxy_get_current_time_nanoseconds(at: number): number {
      return vm.memory.writeU64(at, vm.environment.now()) ? Status.Ok : Status.InvalidMemoryAccess;
    },
    proxy_set_tick_period_milliseconds(period: number): number {
      const root = vm.root;
      root.tickPeriodMs = period >>> 0;
      root.nextTickAt = Number(vm.environment.now() / 1_000_000n) + root.tickPeriodMs;
      return Status.Ok;
    },
    proxy_get_status(codeAt: number, textAt: number, sizeAt: number): number {
      const { code, message } = vm.root.status;
      const written =
        vm.memory.writeU32(codeAt, code) && vm.memory.handOver(Buffer.from(message, "latin1"), textAt, sizeAt);
      return written ? Status.Ok : Status.InvalidMemoryAccess;
    },
  };
}

/** WASI calls that Envoy answers; the error numbers are WASI's own. */
export function wasiCalls(vm: Vm) {
  const [SUCCESS, BAD_DESCRIPTOR, FAULT, NOT_SUPPORTED] = [0, 8, 21, 58];
  return {
    fd_write(descriptor: number, vectors: number, count: number, writtenAt: number): number {
      if (descriptor !== 1 && descriptor !== 2) return BAD_DESCRIPTOR;
      const pieces: Buffer[] = [];
      for (let index = 0; index < count; index++) {
        const piece = vm.memory.read(
          vm.memory.readU32(vectors + 8 * index),
          vm.memory.readU32(vectors + 8 * index + 4),
        );
        if (!piece) return FAULT;
        pieces.push(piece);
      }
      const text = Buffer.concat(pieces);
      vm.log(descriptor === 1 ? "info" : "error", text.toString("utf8").replace(/\n$/, ""));
      return vm.memory.writeU32(writtenAt, text.length) ? SUCCESS : FAULT;
    },
    clock_time_get(clock: number, _precision: bigint, at: number): number {
      if (clock > 1) return NOT_SUPPORTED;
      return vm.memory.writeU64(at, vm.environment.now()) ? SUCCESS : FAULT;
    },
    random_get(at: number, size: number): number {
      const target = Buffer.alloc(size >>> 0);
      vm.environment.random(target);
      return vm.memory.write(at, target) ? SUCCESS : FAULT;
    },
    environ_sizes_get(countAt: number, sizeAt: number): number {
      return vm.memory.writeU32(countAt, 0) && vm.memory.writeU32(sizeAt, 0) ? SUCCESS : FAULT;
    },
    environ_get: (): number => SUCCESS,
    args_sizes_get(countAt: number, sizeAt: number): number {
      return vm.memory.writeU32(countAt, 0) && vm.memory.writeU32(sizeAt, 0) ? SUCCESS : FAULT;
    },
    args_get: (): number => SUCCESS,
    proc_exit(code: number): void {
      throw new Error(`the module called proc_exit(${code})`);
    },
  };
}
