// The entry of a plugin that leaves answers alone and calls nobody: the host does not enter a module for a callback that it
// does not export, which is most of what such a plugin costs.
export {
  proxy_abi_version_0_2_1,
  proxy_on_configure,
  proxy_on_context_create,
  proxy_on_delete,
  proxy_on_memory_allocate,
  proxy_on_request_body,
  proxy_on_request_headers,
  proxy_on_request_trailers,
  proxy_on_tick,
  proxy_on_vm_start,
} from "./entry";
