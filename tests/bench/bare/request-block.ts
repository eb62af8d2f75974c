import { HeadersStatus, MapType } from "../../../assembly/abi/enums";
import { enterCallback, leaveCallback, readHeaders, readProperty, utf8 } from "./host";

// What request-block asks of the host for a URL that is not blocked.
const config = utf8("xds\0route_metadata\0filter_metadata\0request-block\0config");

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): u32 {
  enterCallback();
  readProperty(config);
  readHeaders(MapType.RequestHeaders);
  leaveCallback();
  return HeadersStatus.Continue;
}

export {
  proxy_abi_version_0_2_1,
  proxy_on_configure,
  proxy_on_context_create,
  proxy_on_delete,
  proxy_on_memory_allocate,
  proxy_on_vm_start,
} from "./host";
