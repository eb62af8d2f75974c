import { LogLevel } from "../abi/enums";
import {
  proxy_done,
  proxy_get_buffer_bytes,
  proxy_get_buffer_status,
  proxy_get_property,
  proxy_get_status,
  proxy_send_local_response,
  proxy_set_property,
} from "../abi/imports";
import { expectBytes, RETURNED, returnedBytes, returnedNumber } from "../abi/memory";
import { bufferOf, sliceOf, sliceOfBuffer, sliceSize, sliceStart } from "../bytes/slice";
import { now } from "../host/clock";
import { callForeignFunction } from "../host/foreign";
import { log as logLine } from "../host/log";
import { currentRoot, setHostTick, turnBack, turnToRoot } from "../host/root";
import { continueRequest, continueResponse, noteReply } from "../host/stream";
import { copyOf, utf8 } from "./bytes";
import { BufferTypeValues, GrpcStatusValues, LogLevelValues, WasmResultValues } from "./enums";
import { encodeHeaders, Headers } from "./headers";

/** Writes a line to the host's log, if its level is enabled there. */
export function log(level: LogLevelValues, logMessage: string): void {
  logLine(<LogLevel>level, logMessage);
}

/** A status with its text. */
export class StatusWithData {
  status: u32 = 0;
  data: ArrayBuffer = new ArrayBuffer(0);
}

/** The status of a gRPC call that has ended. */
export function get_status(): StatusWithData {
  const result = new StatusWithData();
  expectBytes();
  if (proxy_get_status(RETURNED + 8, RETURNED, RETURNED + 4) != WasmResultValues.Ok) return result;
  result.status = returnedNumber(8);
  result.data = bufferOf(returnedBytes());
  return result;
}

/** Sets the tick period of the current root context; 0 ends the ticks. */
export function set_tick_period_milliseconds(millisecond: u32): void {
  setHostTick(currentRoot(), millisecond);
}

/** Nanoseconds since 1970. */
export function get_current_time_nanoseconds(): u64 {
  return now();
}

/** An attribute of Envoy, the parts of its path separated by NUL; empty if there is none. */
export function get_property(path: string): ArrayBuffer {
  const name = utf8(path);
  expectBytes();
  return copyOf(proxy_get_property(sliceStart(name), sliceSize(name), RETURNED, RETURNED + 4));
}

/** Sets a property of the stream. */
export function set_property(path: string, data: ArrayBuffer): WasmResultValues {
  const name = utf8(path);
  const value = sliceOfBuffer(data);
  return proxy_set_property(sliceStart(name), sliceSize(name), sliceStart(value), sliceSize(value));
}

/** Resumes the request on which host calls act. */
export function continue_request(): WasmResultValues {
  continueRequest();
  return WasmResultValues.Ok;
}

/** Resumes the response on which host calls act. */
export function continue_response(): WasmResultValues {
  continueResponse();
  return WasmResultValues.Ok;
}

/** Sends the client a response; a second one, and one after the end of the stream, is a bad argument. */
export function send_local_response(
  response_code: u32,
  response_code_details: string,
  body: ArrayBuffer,
  additional_headers: Headers,
  grpc_status: GrpcStatusValues,
): WasmResultValues {
  if (!noteReply()) return WasmResultValues.BadArgument;
  const details = utf8(response_code_details);
  const bytes = sliceOfBuffer(body);
  const headers = encodeHeaders(additional_headers);
  return proxy_send_local_response(
    response_code,
    sliceStart(details),
    sliceSize(details),
    sliceStart(bytes),
    sliceSize(bytes),
    sliceStart(headers),
    sliceSize(headers),
    grpc_status,
  );
}

/** Lets Envoy select the route again. */
export function clear_route_cache(): WasmResultValues {
  callForeignFunction("clear_route_cache", sliceOf(RETURNED, 0));
  return WasmResultValues.Ok;
}

/** A part of a buffer; empty if the host has none. */
export function get_buffer_bytes(typ: BufferTypeValues, start: u32, length: u32): ArrayBuffer {
  // The response of an HTTP call belongs to the root context.
  const context = typ == BufferTypeValues.HttpCallResponseBody ? turnToRoot(currentRoot()) : 0;
  expectBytes();
  const status = length ? proxy_get_buffer_bytes(typ, start, length, RETURNED, RETURNED + 4) : WasmResultValues.Empty;
  turnBack(context);
  return copyOf(status);
}

/** The size and the flags of a buffer. */
export class BufferStatusResult {
  result: WasmResultValues = WasmResultValues.Ok;
  length: usize = 0;
  flags: u32 = 0;
}

/** The size and the flags of a buffer. */
export function get_buffer_status(typ: BufferTypeValues): BufferStatusResult {
  const status = new BufferStatusResult();
  expectBytes();
  status.result = proxy_get_buffer_status(typ, RETURNED, RETURNED + 4);
  if (status.result != WasmResultValues.Ok) return status;
  status.length = <usize>returnedNumber();
  status.flags = returnedNumber(4);
  return status;
}

/** Tells the host that a root context whose `onDone` returned `false` has ended. */
export function done(): WasmResultValues {
  return proxy_done();
}
