import { HeadersStatus, MapType } from "../../../assembly/abi/enums";
import { addHeader, enterCallback, leaveCallback, readHeaders, readProperty, utf8 } from "./calls";

// The host calls of key-auth for an accepted key.
const config = utf8("xds\0route_metadata\0filter_metadata\0key-auth\0config");
const name = utf8("x-mse-consumer");
const consumer = utf8("consumer-7");

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): u32 {
  enterCallback();
  readProperty(config);
  readHeaders(MapType.RequestHeaders);
  addHeader(MapType.RequestHeaders, name, consumer);
  leaveCallback();
  return HeadersStatus.Continue;
}

export * from "./entry";
