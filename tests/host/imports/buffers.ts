// SPDX-License-Identifier: Apache-2.0
import { BufferType, MAX_BUFFER_TYPE, Status } from "../abi.ts";
import { Bytes } from "../bytes.ts";
import type { Vm } from "../vm.ts";

const NAMES = Object.keys(BufferType);

/** A buffer as a host call finds it: `bytes` null means that Envoy has an empty, unchangeable one. */
interface Found {
  bytes: Bytes | null;
  writable: boolean;
}

/** Host calls on buffers. Touching a body outside of its callbacks is a violation. */
export function bufferCalls(vm: Vm) {
  const look = (type: number): Found | null => {
    const found = find(vm, type);
    if (!found?.bytes) vm.violate(`touches ${NAMES[type]}: this phase has none`);
    return found;
  };

  const most = vm.environment.isHigress ? BufferType.RedisReply : MAX_BUFFER_TYPE;
  return {
    proxy_get_buffer_status(type: number, lengthAt: number, flagsAt: number): number {
      if (type > most) return Status.BadArgument;
      const found = look(type);
      if (!found) return Status.NotFound;
      const written = vm.memory.writeU32(lengthAt, found.bytes?.length ?? 0) && vm.memory.writeU32(flagsAt, 0);
      return written ? Status.Ok : Status.InvalidMemoryAccess;
    },
    proxy_get_buffer_bytes(type: number, start: number, length: number, valueAt: number, sizeAt: number): number {
      if (type > most) return Status.BadArgument;
      const found = look(type);
      if (!found) return Status.NotFound;
      const [from, wanted] = [start >>> 0, length >>> 0];
      const size = found.bytes?.length ?? 0;
      if (from > size) vm.violate(`reads ${NAMES[type]} from ${from}, behind its end at ${size}`);
      const end = Math.min(from + wanted, size);
      // Nothing is written for an empty range: pointer and size keep what stood there.
      if (end <= from || !found.bytes) return Status.Ok;
      const data = Buffer.from(found.bytes.view(from, end));
      return vm.memory.handOver(data, valueAt, sizeAt) ? Status.Ok : Status.InvalidMemoryAccess;
    },
    proxy_set_buffer_bytes(type: number, start: number, length: number, at: number, size: number): number {
      if (type > most) return Status.BadArgument;
      const found = look(type);
      if (!found) return Status.NotFound;
      const data = vm.memory.read(at, size);
      if (!data) return Status.InvalidMemoryAccess;
      const answer =
        found.bytes && found.writable ? edit(found.bytes, start >>> 0, length >>> 0, data) : Status.BadArgument;
      if (answer === Status.BadArgument && found.bytes) vm.violate(`changes ${NAMES[type]} in a way Envoy refuses`);
      return answer;
    },
  };
}

// Envoy can replace a beginning (of any length, none included) or append: nothing in the middle.
function edit(bytes: Bytes, start: number, length: number, data: Buffer): number {
  if (start === 0) bytes.replace(Buffer.concat([data, bytes.view(Math.min(length, bytes.length))]));
  else if (start > 0 && start >= bytes.length) bytes.append(data);
  else return Status.BadArgument;
  return Status.Ok;
}

function find(vm: Vm, type: number): Found | null {
  const root = vm.root;
  const stream = vm.stream;
  const fixed = (data: Buffer | null | undefined): Found | null =>
    data ? { bytes: new Bytes(data), writable: false } : null;
  switch (type) {
    case BufferType.RequestBody:
      return { bytes: stream?.requestBody ?? null, writable: true };
    case BufferType.ResponseBody:
      return { bytes: stream?.responseBody ?? null, writable: true };
    case BufferType.DownstreamData:
    case BufferType.UpstreamData:
    case BufferType.CallData:
      return { bytes: null, writable: false };
    case BufferType.CalloutBody:
      return fixed(root.callout?.body);
    case BufferType.GrpcMessage:
      return root.grpc?.message ? fixed(root.grpc.message) : { bytes: null, writable: false };
    case BufferType.RedisReply:
      return fixed(root.redis);
    case BufferType.VmConfiguration:
      return fixed(Buffer.alloc(0));
    case BufferType.PluginConfiguration:
      return root.configuring ? fixed(root.configuration) : null;
    default:
      return null;
  }
}
