import { BodyStatus, HeadersStatus, MapType } from "../../../assembly/abi/enums";
import {
  defineMetrics,
  enterCallback,
  leaveCallback,
  readDate,
  readHeaders,
  readProperty,
  readRequestBody,
  readShared,
  recordCounters,
  sendReply,
  setProperty,
  utf8,
  writeShared,
} from "./calls";

// The host calls of ai-cache for a chat that it has in the memory of Envoy: every chat gets the same response.
const config = utf8("xds\0route_metadata\0filter_metadata\0ai-cache\0config");
const route = utf8("xds\0route_name");
const cluster = utf8("xds\0cluster_name");
const provider = utf8("xds\0route_metadata\0filter_metadata\0ai-proxy\0config");
const place = utf8("ai-cache:217");
/** An entry with a response of 1 KB. */
const stored = new ArrayBuffer(1240);
const log = utf8("ai_log");
const fields = utf8('{\\"cache_status\\":\\"hit\\"}');
const usage = utf8("ai_usage");
const free = utf8('{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0,"source":"cache"}');
const details = utf8("ai-cache.hit");
/** Three headers: u32 count, u32 sizes of each name and value, then both, each with a NUL. */
const headers = utf8(
  "\x03\0\0\0\x0a\0\0\0\x03\0\0\0\x03\0\0\0\x02\0\0\0\x0c\0\0\0\x1f\0\0\0" +
    "x-ai-cache\0hit\0age\x0012\0content-type\0application/json; charset=utf-8\0",
);
const response = utf8(`{"choices":[{"message":{"content":"${"The quick brown fox. ".repeat(50)}"}}]}`);
let isStored: bool = false;

export function proxy_on_request_headers(id: u32, size: u32, endOfStream: u32): u32 {
  enterCallback();
  readProperty(config);
  readHeaders(MapType.RequestHeaders);
  readProperty(route);
  readProperty(cluster);
  readProperty(provider);
  leaveCallback();
  return HeadersStatus.StopIteration;
}

export function proxy_on_request_body(id: u32, size: u32, endOfStream: u32): u32 {
  if (!endOfStream) return BodyStatus.StopIterationAndBuffer;
  enterCallback();
  readRequestBody(size);
  if (!isStored) writeShared(place, stored);
  isStored = true;
  readShared(place);
  readDate();
  defineMetrics();
  recordCounters(1);
  readProperty(log);
  setProperty(log, fields);
  setProperty(usage, free);
  sendReply(200, details, response, headers);
  leaveCallback();
  return BodyStatus.StopIterationAndBuffer;
}

export function proxy_on_response_headers(id: u32, size: u32, endOfStream: u32): u32 {
  return HeadersStatus.Continue;
}

export function proxy_on_response_body(id: u32, size: u32, endOfStream: u32): u32 {
  return BodyStatus.Continue;
}

export * from "./entry";
