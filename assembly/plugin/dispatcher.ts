import { BodyStatus, HeadersStatus } from "../abi/enums";
import { emptyRegion } from "../abi/memory";
import { Slice, sliceOfBuffer } from "../bytes/slice";
import { BodyBuffer, requestBody, responseBody } from "../host/body";
import { requestHeaders, requestTrailers, responseHeaders, responseTrailers } from "../host/headers";
import { log, LogLevel } from "../host/log";
import { sendLocalReply } from "../host/reply";
import { actOn } from "../host/stream";
import { Held, HeldStream } from "./body-watch";
import { BodyAction, BodyMode, HeadersAction, HOLD, HttpFilter } from "./filter";
import { pluginHost } from "./register";
import { Root } from "./root";
import { Stream, StreamTable } from "./streams";

/** The open exchanges of this VM. */
export const streams = new StreamTable();

/**
 * How many streams one callback may answer or continue, beside its own. Envoy does what they ask for after the callback,
 * each inside the one before (`doAfterVmCallActions`): thousands would overflow its stack.
 */
export const MOST_TURNS = 32;

const OPTION = "allow_on_headers_stop_iteration";
const BROKEN = "The gateway's configuration of this route is broken; the gateway's log says where.\n";
const broken = String.UTF8.encode(BROKEN);

/** The headers of a request: chooses the configuration, makes the filter and asks it. */
export function requestHeadersArrived(stream: Stream, endOfStream: bool): HeadersStatus {
  const configuration = stream.root!.configuration;
  if (configuration === null) return HeadersStatus.Continue;
  const filter = configuration.createFilter();
  if (configuration.broken) {
    const body = sliceOfBuffer(broken);
    sendLocalReply(500, `${pluginHost().name()}.bad_route_config`, "text/plain", body);
    return HeadersStatus.StopAllIterationAndWatermark;
  }
  if (filter === null) return HeadersStatus.Continue;
  filter.contextId = stream.id;
  stream.filter = filter;
  const action = filter.onRequestHeaders(requestHeaders, endOfStream);
  return headersStatus(stream, action, endOfStream, Held.RequestBody);
}

/** The headers of an answer. */
export function responseHeadersArrived(stream: Stream, endOfStream: bool): HeadersStatus {
  const filter = activeFilter(stream);
  if (filter === null) return HeadersStatus.Continue;
  const action = filter.onResponseHeaders(responseHeaders, endOfStream);
  return headersStatus(stream, action, endOfStream, Held.ResponseBody);
}

/** Whether the filter looks at the request's body: asked for each piece, before anything else is done. */
export function wantsRequestBody(stream: Stream): bool {
  const filter = activeFilter(stream);
  return filter !== null && filter.requestBodyMode != BodyMode.Skip;
}

/** Whether the filter looks at the answer's body: asked for each piece, before anything else is done. */
export function wantsResponseBody(stream: Stream): bool {
  const filter = activeFilter(stream);
  return filter !== null && filter.responseBodyMode != BodyMode.Skip;
}

/** A piece of a request's body that the filter wants; the host holds `size` bytes. */
export function requestBodyArrived(stream: Stream, size: i32, endOfStream: bool): BodyStatus {
  const filter = stream.filter!;
  if (stream.held) noteBody(stream);
  requestBody.begin(size);
  if (filter.requestBodyMode == BodyMode.Whole) {
    stream.requestHeld = size;
    if (!endOfStream) return BodyStatus.StopIterationAndBuffer;
    return wholeRequest(stream, filter);
  }
  const chunk = requestBody.part(stream.requestHeld, size - stream.requestHeld);
  const forward = filter.onStreamingRequestBody(chunk, endOfStream);
  stream.requestHeld = forward == HOLD ? size : 0;
  return pieceStatus(stream, requestBody, chunk, forward);
}

/** A piece of an answer's body that the filter wants; the host holds `size` bytes. */
export function responseBodyArrived(stream: Stream, size: i32, endOfStream: bool): BodyStatus {
  const filter = stream.filter!;
  if (stream.held) noteBody(stream);
  responseBody.begin(size);
  if (filter.responseBodyMode == BodyMode.Whole) {
    stream.responseHeld = size;
    if (!endOfStream) return BodyStatus.StopIterationAndBuffer;
    return wholeResponse(stream, filter);
  }
  const chunk = responseBody.part(stream.responseHeld, size - stream.responseHeld);
  const forward = filter.onStreamingResponseBody(chunk, endOfStream);
  stream.responseHeld = forward == HOLD ? size : 0;
  return pieceStatus(stream, responseBody, chunk, forward);
}

/** The trailers of a request: with them a body that is wanted whole has come to its end. */
export function requestTrailersArrived(stream: Stream): HeadersStatus {
  const filter = activeFilter(stream);
  if (filter === null) return HeadersStatus.Continue;
  if (stream.held) noteBody(stream);
  if (filter.requestBodyMode == BodyMode.Whole && !stream.requestSeen) {
    requestBody.begin(stream.requestHeld);
    if (wholeRequest(stream, filter) != BodyStatus.Continue) return HeadersStatus.StopAllIterationAndWatermark;
  }
  return headersStatus(stream, filter.onRequestTrailers(requestTrailers), true, Held.RequestBody);
}

/** The trailers of an answer: with them a body that is wanted whole has come to its end. */
export function responseTrailersArrived(stream: Stream): HeadersStatus {
  const filter = activeFilter(stream);
  if (filter === null) return HeadersStatus.Continue;
  if (stream.held) noteBody(stream);
  if (filter.responseBodyMode == BodyMode.Whole && !stream.responseSeen) {
    responseBody.begin(stream.responseHeld);
    if (wholeResponse(stream, filter) != BodyStatus.Continue) return HeadersStatus.StopAllIterationAndWatermark;
  }
  filter.onResponseTrailers(responseTrailers);
  return stream.hasReplied ? HeadersStatus.StopAllIterationAndWatermark : HeadersStatus.Continue;
}

/** A tick of a root context: what is held in vain is answered, and the plugin does what it has to do. */
export function ticked(root: Root): void {
  if (root.pluginTick) pluginHost().onTick();
  root.deadlines.expire(MOST_TURNS);
  let turns = MOST_TURNS;
  for (let looks = root.bodies.looks; looks > 0 && turns > 0; looks--) {
    const stream = root.bodies.look();
    if (stream === null) continue;
    refuseHeld(root, stream);
    turns--;
  }
  root.bodies.isBehind = turns == 0;
  root.adjustTick();
}

/**
 * Makes the host calls that follow act on another stream of the plugin, in a callback that serves many. Frees what the host
 * handed over so far in this callback. Returns `false`, and changes nothing, if the stream has ended.
 */
export function turnTo(id: u32): bool {
  const stream = streams.get(id);
  if (stream === null) return false;
  forgetHostViews();
  emptyRegion();
  actOn(stream);
  return true;
}

/** Forgets what a callback read of the host; the memory itself goes with `leaveCallback`. */
export function forgetHostViews(): void {
  requestHeaders.forget();
  responseHeaders.forget();
  requestTrailers.forget();
  responseTrailers.forget();
}

function activeFilter(stream: Stream): HttpFilter | null {
  return stream.hasReplied ? null : stream.filter;
}

function headersStatus(stream: Stream, action: HeadersAction, endOfStream: bool, held: Held): HeadersStatus {
  if (stream.hasReplied) return HeadersStatus.StopAllIterationAndWatermark;
  switch (action) {
    case HeadersAction.HoldForBody:
      if (endOfStream) return HeadersStatus.Continue;
      if (!stream.root!.bodies.isProven) watch(stream, held);
      return HeadersStatus.StopIteration;
    case HeadersAction.Pause:
      return HeadersStatus.StopAllIterationAndWatermark;
    default:
      return HeadersStatus.Continue;
  }
}

function watch(stream: Stream, held: Held): void {
  const root = stream.root!;
  root.bodies.add(stream, held);
  root.adjustTick();
}

function noteBody(stream: Stream): void {
  const root = stream.root!;
  root.bodies.prove();
  root.adjustTick();
}

/** Answers a stream for whose body the host does not call; it is the effective context. */
function refuseHeld(root: Root, stream: HeldStream): void {
  const name = pluginHost().name();
  const sentence = `${OPTION}: true must be set in the configuration of the Wasm filter ${name}`;
  if (!root.bodies.isTold) log(LogLevel.Error, `${name}: ${sentence}; without it every body is held for ever`);
  root.bodies.isTold = true;
  const body = String.UTF8.encode(`The gateway's configuration is broken: ${sentence}.\n`);
  sendLocalReply(500, `${name}.missing_${OPTION}`, "text/plain", sliceOfBuffer(body));
}

function wholeRequest(stream: Stream, filter: HttpFilter): BodyStatus {
  stream.requestSeen = true;
  return wholeStatus(stream, filter.onRequestBody(requestBody));
}

function wholeResponse(stream: Stream, filter: HttpFilter): BodyStatus {
  stream.responseSeen = true;
  return wholeStatus(stream, filter.onResponseBody(responseBody));
}

function wholeStatus(stream: Stream, action: BodyAction): BodyStatus {
  if (action == BodyAction.Continue && !stream.hasReplied) return BodyStatus.Continue;
  return BodyStatus.StopIterationAndBuffer;
}

function pieceStatus(stream: Stream, body: BodyBuffer, chunk: Slice, forward: Slice): BodyStatus {
  if (stream.hasReplied) return BodyStatus.StopIterationNoBuffer;
  if (forward == HOLD) return BodyStatus.StopIterationAndBuffer;
  if (forward != chunk) body.replace(forward);
  return BodyStatus.Continue;
}
