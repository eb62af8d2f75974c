import { HeadersStatus, MapType } from "../../../assembly/abi/enums";
import { enterCallback, leaveCallback, readHeader, readProperty, utf8 } from "./calls";

// The host calls of request-block for a URL that is not blocked.
const config = utf8("xds\0route_metadata\0filter_metadata\0request-block\0config");
const path = utf8(":path");

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): u32 {
  enterCallback();
  readProperty(config);
  readHeader(MapType.RequestHeaders, path);
  leaveCallback();
  return HeadersStatus.Continue;
}

export * from "./entry";
