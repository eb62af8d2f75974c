import { BodyStatus, HeadersStatus, MapType } from "../../../assembly/abi/enums";
import {
  defineMetrics,
  enterCallback,
  leaveCallback,
  readClock,
  readHeaders,
  readProperty,
  readResponseBody,
  recordCounters,
  recordHistograms,
  setProperty,
  utf8,
} from "./calls";

// The host calls of ai-statistics. For a chat: all of them but the reads that find nothing; for an event of a stream: one histogram.
const config = utf8("xds\0route_metadata\0filter_metadata\0ai-statistics\0config");
const details = utf8("response\0code_details");
const route = utf8("xds\0route_name");
const cluster = utf8("xds\0cluster_name");
const log = utf8("ai_log");
const text = utf8(
  '{\\"api\\":\\"-\\",\\"model\\":\\"gpt-4o\\",\\"input_token\\":190,\\"output_token\\":130,\\"total_token\\":320,' +
    '\\"finish_reason\\":\\"stop\\",\\"response_type\\":\\"normal\\",\\"llm_service_duration\\":1}',
);
const fields = utf8("ai_fields");

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): u32 {
  enterCallback();
  defineMetrics();
  readProperty(config);
  readHeaders(MapType.RequestHeaders);
  readClock();
  leaveCallback();
  return HeadersStatus.Continue;
}

export function proxy_on_response_headers(id: u32, count: u32, endOfStream: u32): u32 {
  enterCallback();
  readHeaders(MapType.ResponseHeaders);
  leaveCallback();
  return HeadersStatus.Continue;
}

export function proxy_on_response_body(id: u32, size: u32, endOfStream: u32): u32 {
  enterCallback();
  readResponseBody(size);
  if (!endOfStream) {
    readClock();
    recordHistograms(1);
  }
  leaveCallback();
  return BodyStatus.Continue;
}

export function proxy_on_log(id: u32): void {
  enterCallback();
  readClock();
  readProperty(details);
  readProperty(route);
  readProperty(cluster);
  recordCounters(7);
  recordHistograms(6);
  setProperty(log, text);
  setProperty(fields, text);
  leaveCallback();
}

export * from "./entry";
