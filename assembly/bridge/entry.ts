import "../abi/abort";
import { BodyStatus, BufferType, HeadersStatus } from "../abi/enums";
import { enterCallback, leaveCallback } from "../abi/memory";
import { ByteBuffer } from "../bytes/buffer";
import { sliceEquals, sliceSize } from "../bytes/slice";
import { BodyBuffer, requestBody, responseBody } from "../host/body";
import { responseHeaders } from "../host/headers";
import { log, LogLevel, refreshLogLevel } from "../host/log";
import { VERSION } from "../plugin/version";
import { framePrefix } from "./frames";
import { addStream, readerOf, removeStream } from "./streams";

// A module of its own instead of a `Plugin`: it has no configuration, no routes and no filters, which are four fifths of the kernel.
export { proxy_on_memory_allocate } from "../abi/memory";

/** Constant texts: no managed object is created after the start, since nothing collects them. */
const LOADED = `redis-bridge: version ${VERSION}`;
const UNUSED = "redis-bridge: there are no options: the configuration has no effect";
/** Memory that is kept for the next chunk. */
const KEPT_BYTES: i32 = 64 << 10;

const configuration = new BodyBuffer(BufferType.PluginConfiguration);
const out = new ByteBuffer();

/** Names the version of the ABI that the module implements. */
export function proxy_abi_version_0_2_1(): void {}

/** Begins a root context (`parent` 0) or a stream. */
export function proxy_on_context_create(id: u32, parent: u32): void {
  if (parent) addStream(id);
}

/** Logs the version of the module, once for each VM. */
export function proxy_on_vm_start(root: u32, size: u32): u32 {
  refreshLogLevel();
  log(LogLevel.Info, LOADED);
  return 1;
}

/** Accepts any configuration, since there is no option. */
export function proxy_on_configure(root: u32, size: u32): u32 {
  enterCallback();
  refreshLogLevel();
  const text = configuration.part(0, size);
  if (sliceSize(text) && !sliceEquals(text, "{}")) {
    log(LogLevel.Warn, UNUSED);
  }
  leaveCallback();
  return 1;
}

/** Forwards the content of gRPC messages as it is. */
export function proxy_on_request_body(id: u32, size: u32, endOfStream: u32): u32 {
  const reader = readerOf(id);
  if (!size || reader === null) return BodyStatus.Continue;
  enterCallback();
  out.release(KEPT_BYTES);
  reader.push(requestBody.part(0, size), out);
  requestBody.replace(out.slice);
  leaveCallback();
  return BodyStatus.Continue;
}

/** Makes the response one of gRPC. */
export function proxy_on_response_headers(id: u32, count: u32, endOfStream: u32): u32 {
  if (readerOf(id) === null) return HeadersStatus.Continue;
  enterCallback();
  responseHeaders.setText("content-type", "application/grpc");
  leaveCallback();
  return HeadersStatus.Continue;
}

/** Makes a gRPC message of each chunk. */
export function proxy_on_response_body(id: u32, size: u32, endOfStream: u32): u32 {
  if (!size || readerOf(id) === null) return BodyStatus.Continue;
  out.clear();
  framePrefix(out, size);
  responseBody.prepend(out.slice);
  return BodyStatus.Continue;
}

/** A stream or a root context has ended. */
export function proxy_on_delete(id: u32): void {
  removeStream(id);
}
