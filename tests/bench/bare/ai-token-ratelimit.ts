import { BodyStatus, HeadersStatus, MapType } from "../../../assembly/abi/enums";
import {
  defineMetrics,
  enterCallback,
  leaveCallback,
  readDate,
  readHeaders,
  readProperty,
  readRequestBody,
  readResponseBody,
  recordCounters,
  replaceHeader,
  updateShared,
  utf8,
} from "./calls";

// The host calls of ai-token-ratelimit for a chat that its counters in Envoy let pass.
const config = utf8("xds\0route_metadata\0filter_metadata\0ai-token-ratelimit\0config");
const record = utf8("ai-token-ratelimit:4611686018427387904:512");
/** A record of nine counters. */
const counters = new ArrayBuffer(216);
const limitHeader = utf8("x-ratelimit-limit-tokens");
const limit = utf8("1000000000000");
const remainingHeader = utf8("x-ratelimit-remaining-tokens");
const remaining = utf8("999999999810");
const resetHeader = utf8("x-ratelimit-reset-tokens");
const reset = utf8("86400s");
const usageState = utf8("ai_usage");
const consumerState = utf8("ai_consumer");

export function proxy_on_request_headers(id: u32, size: u32, endOfStream: u32): u32 {
  enterCallback();
  readProperty(config);
  readHeaders(MapType.RequestHeaders);
  leaveCallback();
  return HeadersStatus.StopIteration;
}

export function proxy_on_request_body(id: u32, size: u32, endOfStream: u32): u32 {
  if (!endOfStream) return BodyStatus.StopIterationAndBuffer;
  enterCallback();
  readRequestBody(size);
  readDate();
  updateShared(record, counters);
  leaveCallback();
  return BodyStatus.Continue;
}

export function proxy_on_response_headers(id: u32, size: u32, endOfStream: u32): u32 {
  enterCallback();
  readHeaders(MapType.ResponseHeaders);
  replaceHeader(MapType.ResponseHeaders, limitHeader, limit);
  replaceHeader(MapType.ResponseHeaders, remainingHeader, remaining);
  replaceHeader(MapType.ResponseHeaders, resetHeader, reset);
  leaveCallback();
  return HeadersStatus.Continue;
}

export function proxy_on_response_body(id: u32, size: u32, endOfStream: u32): u32 {
  enterCallback();
  readResponseBody(size);
  leaveCallback();
  return BodyStatus.Continue;
}

export function proxy_on_delete(id: u32): void {
  enterCallback();
  readProperty(usageState);
  readProperty(consumerState);
  defineMetrics();
  recordCounters(3);
  readDate();
  updateShared(record, counters);
  leaveCallback();
}

export * from "./entry";
