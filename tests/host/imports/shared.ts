// SPDX-License-Identifier: Apache-2.0
import { Status } from "../abi.ts";
import type { Vm } from "../vm.ts";

/** Host calls on what outlives a stream: shared data, queues, metrics. */
export function sharedCalls(vm: Vm) {
  const { shared, vmId } = vm.environment;
  const text = (at: number, size: number) => vm.memory.readText(at, size);
  const number = (at: number, value: number) =>
    vm.memory.writeU32(at, value) ? Status.Ok : Status.InvalidMemoryAccess;

  return {
    proxy_get_shared_data(key: number, keySize: number, valueAt: number, sizeAt: number, casAt: number): number {
      const name = text(key, keySize);
      if (name === null) return Status.InvalidMemoryAccess;
      const found = shared.get(vmId, name);
      if (!found) return Status.NotFound;
      if (!vm.memory.handOver(found.value, valueAt, sizeAt)) return Status.InvalidMemoryAccess;
      return number(casAt, found.cas);
    },
    proxy_set_shared_data(key: number, keySize: number, value: number, size: number, cas: number): number {
      const name = text(key, keySize);
      const data = vm.memory.read(value, size);
      if (name === null || !data) return Status.InvalidMemoryAccess;
      return shared.set(vmId, name, data, cas >>> 0) ? Status.Ok : Status.CasMismatch;
    },
    proxy_register_shared_queue(name: number, size: number, tokenAt: number): number {
      const queue = text(name, size);
      if (queue === null) return Status.InvalidMemoryAccess;
      return number(tokenAt, shared.registerQueue(vmId, queue, vm.root.id).token);
    },
    proxy_resolve_shared_queue(otherVm: number, vmSize: number, name: number, size: number, tokenAt: number): number {
      const [vmName, queue] = [text(otherVm, vmSize), text(name, size)];
      if (vmName === null || queue === null) return Status.InvalidMemoryAccess;
      const found = shared.findQueue(vmName || vmId, queue);
      return found ? number(tokenAt, found.token) : Status.NotFound;
    },
    proxy_enqueue_shared_queue(token: number, value: number, size: number): number {
      const data = vm.memory.read(value, size);
      if (!data) return Status.InvalidMemoryAccess;
      const queue = shared.queueOf(token);
      queue?.messages.push(data);
      return queue ? Status.Ok : Status.NotFound;
    },
    proxy_dequeue_shared_queue(token: number, valueAt: number, sizeAt: number): number {
      const queue = shared.queueOf(token);
      if (!queue) return Status.NotFound;
      const data = queue.messages.shift();
      if (!data) return Status.Empty;
      return vm.memory.handOver(data, valueAt, sizeAt) ? Status.Ok : Status.InvalidMemoryAccess;
    },

    proxy_define_metric(kind: number, name: number, size: number, idAt: number): number {
      const metric = text(name, size);
      if (metric === null) return Status.InvalidMemoryAccess;
      const id = vm.metrics.define(kind, metric);
      return id === null ? refused(`defines a metric of kind ${kind}`) : number(idAt, id);
    },
    proxy_increment_metric(id: number, offset: bigint): number {
      const status = vm.metrics.increment(id, offset);
      return status === Status.Ok ? status : refused(`increments metric ${id} by ${offset}`, status);
    },
    proxy_record_metric(id: number, value: bigint): number {
      const status = vm.metrics.record(id, BigInt.asUintN(64, value));
      return status === Status.Ok ? status : refused(`records to metric ${id}`, status);
    },
    proxy_get_metric(id: number, valueAt: number): number {
      const value = vm.metrics.get(id);
      if (typeof value === "number") return refused(`reads metric ${id}`, value);
      return vm.memory.writeU64(valueAt, value) ? Status.Ok : Status.InvalidMemoryAccess;
    },
  };

  function refused(what: string, status: number = Status.BadArgument): number {
    vm.violate(`${what}: refused`);
    return status;
  }
}
