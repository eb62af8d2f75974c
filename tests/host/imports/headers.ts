// SPDX-License-Identifier: Apache-2.0
import { MapType, MAX_MAP_TYPE, Status } from "../abi.ts";
import { rootOf } from "../contexts.ts";
import { decodePairs, encodePairs } from "../guest-memory.ts";
import { isSendable, type HeaderMap } from "../header-map.ts";
import type { Vm } from "../vm.ts";

const NAMES = Object.keys(MapType);

/** Host calls on header maps. Reading a map that this phase does not have, or writing to one, is a violation. */
export function headerCalls(vm: Vm) {
  const memory = () => vm.memory;

  const absent = (type: number, what: string): number => {
    vm.violate(
      `${what} ${NAMES[type]}: this phase has no such map${vm.stream ? "" : " (no effective stream context)"}`,
    );
    return Status.BadArgument;
  };
  const change = (type: number, what: string, edit: (map: HeaderMap) => void): number => {
    if (type > MAX_MAP_TYPE) return Status.BadArgument;
    const map = writable(vm, type);
    if (!map) return absent(type, what);
    if (vm.stream?.stream.headersWentOut(type)) vm.violate(`${what} ${NAMES[type]}: they have gone out already`);
    edit(map);
    if (type === MapType.RequestHeaders) vm.stream?.stream.clearRouteCache();
    return Status.Ok;
  };

  const put = (type: number, what: string, pairs: [name: string, value: string][], edit: (map: HeaderMap) => void) => {
    const unsendable = pairs.find((pair) => pair.some((text) => !isSendable(text)));
    if (unsendable) vm.violate(`${what} ${NAMES[type]}: ${unsendable[0]} has a character that no header can hold`);
    return change(type, what, edit);
  };

  return {
    proxy_get_header_map_value(type: number, key: number, keySize: number, valueAt: number, sizeAt: number): number {
      if (type > MAX_MAP_TYPE) return Status.BadArgument;
      const name = memory().readText(key, keySize);
      if (name === null) return Status.InvalidMemoryAccess;
      const map = readable(vm, type);
      if (!map) return vm.stream?.log ? Status.NotFound : absent(type, "reads");
      const value = map.get(name);
      if (value === undefined) return Status.NotFound;
      return memory().handOver(Buffer.from(value, "latin1"), valueAt, sizeAt) ? Status.Ok : Status.InvalidMemoryAccess;
    },
    proxy_get_header_map_pairs(type: number, valueAt: number, sizeAt: number): number {
      if (type > MAX_MAP_TYPE) return Status.BadArgument;
      const map = readable(vm, type);
      // Envoy answers Ok with no pairs: a plugin that asks here would take the headers for empty.
      if (!map && !vm.stream?.log) absent(type, "reads all of");
      const data = encodePairs(map?.pairs() ?? []);
      return memory().handOver(data, valueAt, sizeAt) ? Status.Ok : Status.InvalidMemoryAccess;
    },
    proxy_get_header_map_size(type: number, sizeAt: number): number {
      if (type > MAX_MAP_TYPE) return Status.BadArgument;
      const map = writable(vm, type);
      if (!map) return absent(type, "asks the size of");
      return memory().writeU32(sizeAt, map.byteSize) ? Status.Ok : Status.InvalidMemoryAccess;
    },
    proxy_add_header_map_value(type: number, key: number, keySize: number, value: number, size: number): number {
      const [name, text] = [memory().readText(key, keySize), memory().readText(value, size)];
      if (name === null || text === null) return Status.InvalidMemoryAccess;
      return put(type, "adds to", [[name, text]], (map) => map.add(name, text));
    },
    proxy_replace_header_map_value(type: number, key: number, keySize: number, value: number, size: number): number {
      const [name, text] = [memory().readText(key, keySize), memory().readText(value, size)];
      if (name === null || text === null) return Status.InvalidMemoryAccess;
      return put(type, "sets in", [[name, text]], (map) => map.set(name, text));
    },
    proxy_remove_header_map_value(type: number, key: number, keySize: number): number {
      const name = memory().readText(key, keySize);
      if (name === null) return Status.InvalidMemoryAccess;
      return change(type, "removes from", (map) => map.remove(name));
    },
    proxy_set_header_map_pairs(type: number, at: number, size: number): number {
      const data = memory().read(at, size);
      if (!data) return Status.InvalidMemoryAccess;
      const pairs = decodePairs(data);
      if (!pairs) vm.violate("sets header pairs in a broken layout");
      return put(type, "replaces all of", pairs ?? [], (map) => {
        map.clear();
        for (const [name, value] of pairs ?? []) map.add(name, value);
      });
    },
  };
}

function readable(vm: Vm, type: number): HeaderMap | null {
  const stream = vm.stream;
  const root = rootOf(vm.context);
  switch (type) {
    case MapType.RequestHeaders:
      return (stream?.log ? stream.log.requestHeaders : stream?.requestHeaders) ?? null;
    case MapType.RequestTrailers:
      return (stream?.log ? null : stream?.requestTrailers) ?? null;
    case MapType.ResponseHeaders:
      return (stream?.log ? stream.log.responseHeaders : stream?.responseHeaders) ?? null;
    case MapType.ResponseTrailers:
      return (stream?.log ? stream.log.responseTrailers : stream?.responseTrailers) ?? null;
    case MapType.GrpcInitialMetadata:
      return root.grpc?.initialMetadata ?? null;
    case MapType.GrpcTrailingMetadata:
      return root.grpc?.trailingMetadata ?? null;
    case MapType.CalloutHeaders:
      return root.callout?.headers ?? null;
    default:
      return root.callout?.trailers ?? null;
  }
}

// Trailers come into being when a plugin asks for them in the last body callback.
function writable(vm: Vm, type: number): HeaderMap | null {
  const stream = vm.stream;
  if (!stream) return null;
  switch (type) {
    case MapType.RequestHeaders:
      return stream.requestHeaders;
    case MapType.RequestTrailers:
      if (stream.requestBody && stream.endOfStream) stream.requestTrailers ??= stream.stream.addRequestTrailers();
      return stream.requestTrailers;
    case MapType.ResponseHeaders:
      return stream.responseHeaders;
    case MapType.ResponseTrailers:
      if (stream.responseBody && stream.endOfStream) stream.responseTrailers ??= stream.stream.addResponseTrailers();
      return stream.responseTrailers;
    default:
      return null;
  }
}
