import "../../../assembly/abi/abort";
import { MapType, MetricType } from "../../../assembly/abi/enums";
import {
  clock_time_get,
  proxy_add_header_map_value,
  proxy_define_metric,
  proxy_get_buffer_bytes,
  proxy_get_current_time_nanoseconds,
  proxy_get_header_map_pairs,
  proxy_get_header_map_value,
  proxy_get_property,
  proxy_get_shared_data,
  proxy_increment_metric,
  proxy_record_metric,
  proxy_replace_header_map_value,
  proxy_send_local_response,
  proxy_set_property,
  proxy_set_shared_data,
} from "../../../assembly/abi/imports";
import { enterCallback, leaveCallback, RETURNED, returnedNumber } from "../../../assembly/abi/memory";

// Host calls only: the minimum for any plugin that needs them.
export { enterCallback, leaveCallback };

/** A text whose bytes are encoded once. */
export const utf8 = (text: string): ArrayBuffer => String.UTF8.encode(text);

/** Reads a property. */
export function readProperty(path: ArrayBuffer): void {
  proxy_get_property(changetype<usize>(path), path.byteLength, RETURNED, RETURNED + 4);
}

/** Reads all headers of a map. */
export function readHeaders(map: MapType): void {
  proxy_get_header_map_pairs(map, RETURNED, RETURNED + 4);
}

/** Reads the first value of one header. */
export function readHeader(map: MapType, name: ArrayBuffer): void {
  proxy_get_header_map_value(map, changetype<usize>(name), name.byteLength, RETURNED, RETURNED + 4);
}

/** Replaces a header. */
export function replaceHeader(map: MapType, name: ArrayBuffer, value: ArrayBuffer): void {
  proxy_replace_header_map_value(
    map,
    changetype<usize>(name),
    name.byteLength,
    changetype<usize>(value),
    value.byteLength,
  );
}

/** Adds a header. */
export function addHeader(map: MapType, name: ArrayBuffer, value: ArrayBuffer): void {
  proxy_add_header_map_value(map, changetype<usize>(name), name.byteLength, changetype<usize>(value), value.byteLength);
}

/** Reads this number of bytes of the request's body. */
export function readRequestBody(size: u32): void {
  proxy_get_buffer_bytes(0, 0, size, RETURNED, RETURNED + 4);
}

/** Reads this number of bytes of the response's body. */
export function readResponseBody(size: u32): void {
  proxy_get_buffer_bytes(1, 0, size, RETURNED, RETURNED + 4);
}

/** Sets a property. */
export function setProperty(name: ArrayBuffer, value: ArrayBuffer): void {
  proxy_set_property(changetype<usize>(name), name.byteLength, changetype<usize>(value), value.byteLength);
}

/** Reads the monotonic clock. */
export function readClock(): void {
  clock_time_get(1, 0, RETURNED);
}

const MOST_METRICS = 8;

const counters = new StaticArray<u32>(MOST_METRICS);
const histograms = new StaticArray<u32>(MOST_METRICS);
let areDefined: bool = false;

/** Defines the metrics, once. */
export function defineMetrics(): void {
  if (areDefined) return;
  areDefined = true;
  for (let i = 0; i < MOST_METRICS; i++) {
    counters[i] = defined(MetricType.Counter, `[model=gpt-4o][consumer=none]counter_${i}`);
    histograms[i] = defined(MetricType.Histogram, `[model=gpt-4o][consumer=none]histogram_${i}`);
  }
}

function defined(type: MetricType, text: string): u32 {
  const name = utf8(text);
  proxy_define_metric(type, changetype<usize>(name), name.byteLength, RETURNED);
  return <u32>returnedNumber();
}

/** Adds to this number of counters. */
export function recordCounters(count: i32): void {
  for (let i = 0; i < count; i++) proxy_increment_metric(counters[i], 190);
}

/** Records an observation in this number of histograms. */
export function recordHistograms(count: i32): void {
  for (let i = 0; i < count; i++) proxy_record_metric(histograms[i], 190);
}

/** Reads the clock that shows the date. */
export function readDate(): void {
  proxy_get_current_time_nanoseconds(RETURNED);
}

/** Reads a value of shared data. */
export function readShared(key: ArrayBuffer): void {
  proxy_get_shared_data(changetype<usize>(key), key.byteLength, RETURNED, RETURNED + 4, RETURNED + 8);
}

/** Writes a value of shared data. */
export function writeShared(key: ArrayBuffer, value: ArrayBuffer): void {
  proxy_set_shared_data(changetype<usize>(key), key.byteLength, changetype<usize>(value), value.byteLength, 0);
}

/** Reads a value of shared data and writes it. */
export function updateShared(key: ArrayBuffer, value: ArrayBuffer): void {
  readShared(key);
  writeShared(key, value);
}

/** Sends a response; `headers` in the encoding of the ABI. */
export function sendReply(status: u32, details: ArrayBuffer, body: ArrayBuffer, headers: ArrayBuffer): void {
  proxy_send_local_response(
    status,
    changetype<usize>(details),
    details.byteLength,
    changetype<usize>(body),
    body.byteLength,
    changetype<usize>(headers),
    headers.byteLength,
    -1,
  );
}
