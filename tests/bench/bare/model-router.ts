import { BodyStatus, HeadersStatus, MapType } from "../../../assembly/abi/enums";
import { addHeader, enterCallback, leaveCallback, readHeaders, readProperty, readRequestBody, utf8 } from "./calls";

// The host calls of model-router for a chat whose first piece names the model.
const config = utf8("xds\0route_metadata\0filter_metadata\0model-router\0config");
const name = utf8("x-higress-llm-model");
const model = utf8("gpt-4o");

let isHeld: bool = false;

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): u32 {
  enterCallback();
  readProperty(config);
  readHeaders(MapType.RequestHeaders);
  leaveCallback();
  isHeld = true;
  return HeadersStatus.StopIteration;
}

export function proxy_on_request_body(id: u32, size: u32, endOfStream: u32): u32 {
  if (!isHeld) return BodyStatus.Continue;
  isHeld = false;
  enterCallback();
  readRequestBody(size);
  addHeader(MapType.RequestHeaders, name, model);
  leaveCallback();
  return BodyStatus.Continue;
}

export * from "./entry";
