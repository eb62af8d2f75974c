// SPDX-License-Identifier: Apache-2.0
import type { StreamContext } from "./contexts.ts";
import { encodePairs } from "./guest-memory.ts";
import type { Vm } from "./vm.ts";

/** A property that a plugin set, kept in Envoy as filter state. Span 1 lives through internal redirects, 0 does not. */
export interface FilterStateEntry {
  value: Buffer;
  readonly: boolean;
  span: number;
}

/** A value as Envoy's attributes have it: text, bytes, int64 (bigint), double (number), bool, map, list; absent. */
export type Attribute =
  string | Buffer | bigint | number | boolean | Attribute[] | { [name: string]: Attribute } | undefined;

/** What a stream tells about itself. */
export interface PropertySource {
  filterState: Map<string, FilterStateEntry>;
  /** The attributes under one top-level name, as a plugin in that context sees them. */
  attributes(name: string, context: StreamContext): Attribute;
}

/** Reads a property: attributes first, then what plugins set. Null where there is nothing, or where the path leads nowhere. */
export function findProperty(vm: Vm, path: string[]): Buffer | null {
  const [first, ...rest] = path;
  let value: Attribute = ofPlugin(vm, first);
  if (value === undefined && vm.stream) value = vm.stream.stream.attributes(first, vm.stream);
  if (first === "xds") value = { ...(value as object), node: nodeOf(vm) };
  if (value === undefined && vm.stream) value = vm.stream.stream.filterState.get(first)?.value;
  for (const part of rest) {
    if (typeof value !== "object" || value === null || Buffer.isBuffer(value)) return null;
    value = Array.isArray(value) ? value[Number(part)] : Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return value === undefined ? null : serialize(value);
}

function ofPlugin(vm: Vm, name: string): Attribute {
  switch (name) {
    case "plugin_name":
    case "plugin_root_id":
      return vm.root.rootId;
    case "plugin_vm_id":
      return vm.environment.vmId;
    default:
      return undefined;
  }
}

/** The node of the bootstrap, which every context can read. */
function nodeOf({ environment: { envoy } }: Vm): Attribute {
  const version = { major_number: BigInt(envoy[0]), minor_number: BigInt(envoy[1]) };
  return { user_agent_build_version: { version } };
}

function serialize(value: Exclude<Attribute, undefined>): Buffer {
  if (typeof value === "string") return Buffer.from(value, "latin1");
  if (Buffer.isBuffer(value)) return value;
  if (typeof value === "boolean") return Buffer.from([value ? 1 : 0]);
  const eight = Buffer.alloc(8);
  if (typeof value === "bigint") eight.writeBigInt64LE(value);
  else if (typeof value === "number") eight.writeDoubleLE(value);
  else {
    const text = (item: Attribute) => serialize(item ?? "").toString("latin1");
    if (Array.isArray(value)) return encodePairs(value.map((item) => [text(item), ""] as const));
    return encodePairs(Object.entries(value).map(([name, item]) => [name, text(item)] as const));
  }
  return eight;
}
