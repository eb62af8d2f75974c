import { BodyStatus, HeadersStatus, MapType } from "../../../assembly/abi/enums";
import {
  addHeader,
  enterCallback,
  leaveCallback,
  readHeaders,
  readProperty,
  readRequestBody,
  readResponseBody,
  replaceHeader,
  setProperty,
  utf8,
} from "./calls";

// The host calls of ai-proxy for a chat that passes unchanged.
const config = utf8("xds\0route_metadata\0filter_metadata\0ai-proxy\0config");
const upstream = utf8("upstream\0address");
const details = utf8("response\0code_details");
const authority = utf8(":authority");
const host = utf8("api.openai.com");
const authorization = utf8("authorization");
const key = utf8("Bearer bench-key");
const providerHeader = utf8("x-ai-provider");
const provider = utf8("openai");
const modelHeader = utf8("x-ai-model");
const model = utf8("gpt-4o");
const usageState = utf8("ai_usage");
const usage = utf8('{"prompt_tokens":190,"completion_tokens":130,"total_tokens":320}');

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): u32 {
  enterCallback();
  readProperty(config);
  readProperty(upstream);
  readHeaders(MapType.RequestHeaders);
  replaceHeader(MapType.RequestHeaders, authorization, key);
  replaceHeader(MapType.RequestHeaders, authority, host);
  leaveCallback();
  return HeadersStatus.StopIteration;
}

export function proxy_on_request_body(id: u32, size: u32, endOfStream: u32): u32 {
  if (!endOfStream) return BodyStatus.StopIterationAndBuffer;
  enterCallback();
  readRequestBody(size);
  leaveCallback();
  return BodyStatus.Continue;
}

export function proxy_on_response_headers(id: u32, count: u32, endOfStream: u32): u32 {
  enterCallback();
  readProperty(details);
  readHeaders(MapType.ResponseHeaders);
  addHeader(MapType.ResponseHeaders, providerHeader, provider);
  addHeader(MapType.ResponseHeaders, modelHeader, model);
  leaveCallback();
  return HeadersStatus.Continue;
}

export function proxy_on_response_body(id: u32, size: u32, endOfStream: u32): u32 {
  enterCallback();
  readResponseBody(size);
  if (endOfStream) setProperty(usageState, usage);
  leaveCallback();
  return BodyStatus.Continue;
}

export * from "./entry";
