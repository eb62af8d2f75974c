import { BodyStatus, HeadersStatus } from "../abi/enums";
import { sliceOf, Slice } from "../bytes/slice";
import { BodyBuffer, requestBody, responseBody } from "../host/body";
import { requestHeaders, requestTrailers, responseHeaders, responseTrailers } from "../host/headers";
import { sendLocalReply } from "../host/reply";
import { BodyAction, BodyMode, HeadersAction, HOLD, HttpFilter, REPLIED } from "./filter";
import { pluginHost } from "./plugin";
import { Root } from "./root";
import { Stream, StreamTable } from "./streams";

/** The open exchanges of this VM. */
export const streams = new StreamTable();
/** The root contexts of this VM. */
export const roots = new Map<u32, Root>();

const BROKEN = "The gateway's configuration of this route is broken; the gateway's log says where.\n";
const broken = String.UTF8.encode(BROKEN);

/** The headers of a request: chooses the configuration, makes the filter and asks it. */
export function requestHeadersArrived(stream: Stream, endOfStream: bool): HeadersStatus {
  const configuration = stream.root!.configuration;
  if (configuration === null) return HeadersStatus.Continue;
  const filter = configuration.createFilter();
  if (configuration.broken) {
    stream.replied = true;
    const body = sliceOf(changetype<usize>(broken), broken.byteLength);
    sendLocalReply(500, `${pluginHost().name()}.bad_route_config`, "text/plain", body);
    return HeadersStatus.StopAllIterationAndWatermark;
  }
  if (filter === null) return HeadersStatus.Continue;
  filter.contextId = stream.id;
  stream.filter = filter;
  return headersStatus(stream, filter.onRequestHeaders(requestHeaders, endOfStream), endOfStream);
}

/** The headers of an answer. */
export function responseHeadersArrived(stream: Stream, endOfStream: bool): HeadersStatus {
  const filter = activeFilter(stream);
  if (filter === null) return HeadersStatus.Continue;
  return headersStatus(stream, filter.onResponseHeaders(responseHeaders, endOfStream), endOfStream);
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
  if (filter.requestBodyMode == BodyMode.Whole && !stream.requestSeen) {
    requestBody.begin(stream.requestHeld);
    if (wholeRequest(stream, filter) != BodyStatus.Continue) return HeadersStatus.StopAllIterationAndWatermark;
  }
  filter.onRequestTrailers(requestTrailers);
  return HeadersStatus.Continue;
}

/** The trailers of an answer: with them a body that is wanted whole has come to its end. */
export function responseTrailersArrived(stream: Stream): HeadersStatus {
  const filter = activeFilter(stream);
  if (filter === null) return HeadersStatus.Continue;
  if (filter.responseBodyMode == BodyMode.Whole && !stream.responseSeen) {
    responseBody.begin(stream.responseHeld);
    if (wholeResponse(stream, filter) != BodyStatus.Continue) return HeadersStatus.StopAllIterationAndWatermark;
  }
  filter.onResponseTrailers(responseTrailers);
  return HeadersStatus.Continue;
}

/** Forgets what a callback read of the host; the memory itself goes with `leaveCallback`. */
export function forgetHostViews(): void {
  requestHeaders.forget();
  responseHeaders.forget();
  requestTrailers.forget();
  responseTrailers.forget();
}

function activeFilter(stream: Stream): HttpFilter | null {
  return stream.replied ? null : stream.filter;
}

function headersStatus(stream: Stream, action: HeadersAction, endOfStream: bool): HeadersStatus {
  switch (action) {
    case HeadersAction.HoldForBody:
      return endOfStream ? HeadersStatus.Continue : HeadersStatus.StopIteration;
    case HeadersAction.Replied:
      stream.replied = true;
      return HeadersStatus.StopAllIterationAndWatermark;
    case HeadersAction.Pause:
      return HeadersStatus.StopAllIterationAndWatermark;
    default:
      return HeadersStatus.Continue;
  }
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
  if (action == BodyAction.Continue) return BodyStatus.Continue;
  if (action == BodyAction.Replied) stream.replied = true;
  return BodyStatus.StopIterationAndBuffer;
}

function pieceStatus(stream: Stream, body: BodyBuffer, chunk: Slice, forward: Slice): BodyStatus {
  if (forward == HOLD) return BodyStatus.StopIterationAndBuffer;
  if (forward == REPLIED) {
    stream.replied = true;
    return BodyStatus.StopIterationNoBuffer;
  }
  if (forward != chunk) body.replace(forward);
  return BodyStatus.Continue;
}
