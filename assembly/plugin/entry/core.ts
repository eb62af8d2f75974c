import "../abi/abort";
import { BodyStatus, BufferType, HeadersStatus } from "../abi/enums";
import { enterCallback, leaveCallback } from "../abi/memory";
import { BodyBuffer } from "../host/body";
import { Callout, CalloutResponse, forgetCallouts, takeGrpcCallout, takeHttpCallout } from "../host/callout";
import { log, LogLevel, refreshLogLevel } from "../host/log";
import { enterRoot } from "../host/root";
import { actOn, enterStream } from "../host/stream";
import {
  forgetHostViews,
  requestBodyArrived,
  requestHeadersArrived,
  requestTrailersArrived,
  responseBodyArrived,
  responseHeadersArrived,
  responseTrailersArrived,
  streams,
  ticked,
  wantsRequestBody,
  wantsResponseBody,
} from "./dispatcher";
import { collectGarbage, noteConfiguration, noteExchange } from "./garbage";
import { pluginHost } from "./register";
import { Root, roots } from "./root";
import { Stream } from "./streams";
import { VERSION } from "./version";

// What the host calls. Each callback forgets what it read, and gives back what the host handed over, before it
// returns. An id that is not known (any more) is ignored.
export { proxy_on_memory_allocate } from "../abi/memory";

const LOG_LEVEL_EVERY = 256;

const pluginConfiguration = new BodyBuffer(BufferType.PluginConfiguration);

export function proxy_abi_version_0_2_1(): void {}

export function proxy_on_context_create(id: u32, parent: u32): void {
  if (parent == 0) {
    roots.set(id, new Root(id));
    return;
  }
  if (!roots.has(parent)) return;
  streams.begin(id, roots.get(parent));
  if (id % LOG_LEVEL_EVERY == 0) refreshLogLevel();
}

/** Says once for each VM, of which every worker has one, which build runs. */
export function proxy_on_vm_start(root: u32, size: u32): u32 {
  enterCallback();
  refreshLogLevel();
  log(LogLevel.Info, `${pluginHost().name()}: version ${VERSION}`);
  leaveAndCollect();
  return 1;
}

export function proxy_on_configure(root: u32, size: u32): u32 {
  if (!roots.has(root)) return 0;
  enterPlugin(root);
  refreshLogLevel();
  const text = pluginConfiguration.part(0, size);
  const configuration = pluginHost().configure(text);
  if (configuration) roots.get(root).configuration = configuration;
  const isAccepted = configuration !== null;
  noteConfiguration();
  leaveAndCollect();
  return isAccepted ? 1 : 0;
}

export function proxy_on_request_headers(id: u32, count: u32, endOfStream: u32): u32 {
  const stream = streams.get(id);
  if (stream === null) return HeadersStatus.Continue;
  enter(stream);
  const status = requestHeadersArrived(stream, endOfStream != 0);
  leave();
  return status;
}

export function proxy_on_request_body(id: u32, size: u32, endOfStream: u32): u32 {
  const stream = streams.get(id);
  if (stream === null || !wantsRequestBody(stream)) return BodyStatus.Continue;
  enter(stream);
  const status = requestBodyArrived(stream, size, endOfStream != 0);
  leave();
  return status;
}

export function proxy_on_request_trailers(id: u32, count: u32): u32 {
  const stream = streams.get(id);
  if (stream === null) return HeadersStatus.Continue;
  enter(stream);
  const status = requestTrailersArrived(stream);
  leave();
  return status;
}

export function proxy_on_response_headers(id: u32, count: u32, endOfStream: u32): u32 {
  const stream = streams.get(id);
  if (stream === null) return HeadersStatus.Continue;
  enter(stream);
  const status = responseHeadersArrived(stream, endOfStream != 0);
  leave();
  return status;
}

export function proxy_on_response_body(id: u32, size: u32, endOfStream: u32): u32 {
  const stream = streams.get(id);
  if (stream === null || !wantsResponseBody(stream)) return BodyStatus.Continue;
  enter(stream);
  const status = responseBodyArrived(stream, size, endOfStream != 0);
  leave();
  return status;
}

export function proxy_on_response_trailers(id: u32, count: u32): u32 {
  const stream = streams.get(id);
  if (stream === null) return HeadersStatus.Continue;
  enter(stream);
  const status = responseTrailersArrived(stream);
  leave();
  return status;
}

export function proxy_on_delete(id: u32): void {
  const stream = streams.get(id);
  forgetCallouts(id);
  if (stream === null) {
    if (roots.delete(id)) endRoot(id);
    collectGarbage(streams.open);
    return;
  }
  endFilter(stream);
  streams.end(stream);
  noteExchange();
  collectGarbage(streams.open);
}

function endRoot(id: u32): void {
  enterPlugin(id);
  pluginHost().onRootEnd(id);
  leave();
  noteConfiguration();
}

/** Nothing happens to a stream between `proxy_on_done` and this: one callback less for each. */
function endFilter(stream: Stream): void {
  const filter = stream.filter;
  if (filter === null) return;
  enter(stream);
  filter.onStreamDone();
  leave();
  filter.free();
}

export function proxy_on_tick(root: u32): void {
  if (!roots.has(root)) return;
  enterPlugin(root);
  ticked(roots.get(root));
  leaveAndCollect();
}

const response = new CalloutResponse();

export function proxy_on_http_call_response(root: u32, call: u32, headers: u32, bodySize: u32, trailers: u32): void {
  const callout = takeHttpCallout(call);
  if (callout === null) return;
  enterPlugin(root);
  response.body.begin(bodySize);
  response.answered = headers != 0;
  // The answer's headers and body belong to the root context; what the filter does next belongs to its stream.
  if (response.answered) response.headers.load();
  response.body.bytes();
  answer(callout);
}

export function proxy_on_grpc_receive(root: u32, call: u32, size: u32): void {
  const callout = takeGrpcCallout(call);
  if (callout === null) return;
  enterPlugin(root);
  response.grpcStatus = 0;
  response.message.begin(size);
  response.message.bytes();
  answer(callout);
}

export function proxy_on_grpc_receive_initial_metadata(root: u32, call: u32, count: u32): void {}

export function proxy_on_grpc_receive_trailing_metadata(root: u32, call: u32, count: u32): void {}

export function proxy_on_grpc_close(root: u32, call: u32, status: u32): void {
  const callout = takeGrpcCallout(call);
  if (callout === null) return;
  enterPlugin(root);
  response.grpcStatus = status ? status : 2;
  response.message.begin(0);
  answer(callout);
}

function answer(callout: Callout): void {
  const stream = callout.stream ? streams.get(callout.stream) : null;
  if (stream !== null) actOn(stream);
  if (stream !== null || callout.stream == 0) callout.onResponse(response);
  response.headers.forget();
  leaveAndCollect();
}

// @ts-ignore: decorator
@inline
function enter(stream: Stream): void {
  enterCallback();
  enterRoot(stream.root!.id);
  enterStream(stream);
}

function enterPlugin(root: u32): void {
  enterCallback();
  enterRoot(root);
  enterStream(null);
}

function leave(): void {
  forgetHostViews();
  leaveCallback();
}

function leaveAndCollect(): void {
  leave();
  collectGarbage(streams.open);
}
