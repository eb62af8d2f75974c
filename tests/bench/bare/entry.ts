// The exports of every module.
export { proxy_on_memory_allocate } from "../../../assembly/abi/memory";

export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_vm_start(root: u32, size: u32): u32 {
  return 1;
}

export function proxy_on_configure(root: u32, size: u32): u32 {
  return 1;
}

export function proxy_on_context_create(id: u32, parent: u32): void {}

export function proxy_on_delete(id: u32): void {}
