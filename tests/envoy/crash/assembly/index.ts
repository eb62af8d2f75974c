// key-rate-limit with a fault: a request with very many headers traps, and so ends the VM.
import "../../../../plugins/key-rate-limit/index";
import { proxy_on_request_headers as requestHeaders } from "../../../../assembly/plugin/entry/core";
export {
  proxy_abi_version_0_2_1,
  proxy_on_configure,
  proxy_on_context_create,
  proxy_on_delete,
  proxy_on_memory_allocate,
  proxy_on_tick,
  proxy_on_vm_start,
} from "../../../../assembly/plugin/entry/core";
export * from "../../../../assembly/plugin/entry/response-headers";

const MANY: u32 = 60;

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): u32 {
  if (count >= MANY) unreachable();
  return requestHeaders(id, count, endOfStream);
}
