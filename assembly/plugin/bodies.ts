import { BodyStatus, HeadersStatus } from "../abi/enums";
import { ABSENT } from "../bytes/slice";
import { requestBody, responseBody } from "../host/body";
import { requestTrailers, responseTrailers } from "../host/headers";
import { Held } from "./body-watch";
import { BodyMode, HttpFilter } from "./filter";
import { awaitRest } from "./stalled-body";
import { activeFilter, headersStatus, noteBody, pieceStatus, wholeStatus } from "./statuses";
import { Stream } from "./streams";

// Bodies and trailers. While a filter has paused a direction, what arrives is added to what the host holds, and the filter is not
// called.

/** Whether the filter gets the request body; checked first for each piece. */
export function wantsRequestBody(stream: Stream): bool {
  const filter = activeFilter(stream);
  return (
    filter !== null && (filter.requestBodyMode != BodyMode.Skip || stream.request.isPaused || stream.request.hasBuffer)
  );
}

/** Whether the filter gets the response body; checked first for each piece. */
export function wantsResponseBody(stream: Stream): bool {
  const filter = activeFilter(stream);
  return (
    filter !== null &&
    (filter.responseBodyMode != BodyMode.Skip || stream.response.isPaused || stream.response.hasBuffer)
  );
}

/** A piece of a request body that the filter wants; the host holds `size` bytes. */
export function requestBodyArrived(stream: Stream, size: i32, endOfStream: bool): BodyStatus {
  const filter = stream.filter!;
  const state = stream.request;
  if (stream.held) noteBody(stream, Held.RequestRest, endOfStream);
  requestBody.begin(size);
  state.isComplete = endOfStream;
  if (state.isPaused) {
    state.held = size;
    return BodyStatus.StopIterationAndBuffer;
  }
  if (filter.requestBodyMode == BodyMode.Whole) {
    state.held = size;
    if (endOfStream) return wholeRequest(stream, filter);
    awaitRest(stream, state, Held.RequestRest);
    return BodyStatus.StopIterationAndBuffer;
  }
  if (filter.requestBodyMode == BodyMode.Skip) return pieceStatus(stream, state, requestBody, ABSENT, ABSENT);
  const chunk = requestBody.part(state.held, size - state.held);
  return pieceStatus(stream, state, requestBody, chunk, filter.onStreamingRequestBody(chunk, endOfStream));
}

/** A piece of a response body that the filter wants; the host holds `size` bytes. */
export function responseBodyArrived(stream: Stream, size: i32, endOfStream: bool): BodyStatus {
  const filter = stream.filter!;
  const state = stream.response;
  if (stream.held) noteBody(stream, Held.ResponseRest, endOfStream);
  responseBody.begin(size);
  state.isComplete = endOfStream;
  if (state.isPaused) {
    state.held = size;
    return BodyStatus.StopIterationAndBuffer;
  }
  if (filter.responseBodyMode == BodyMode.Whole) {
    state.held = size;
    if (endOfStream) return wholeResponse(stream, filter);
    awaitRest(stream, state, Held.ResponseRest);
    return BodyStatus.StopIterationAndBuffer;
  }
  if (filter.responseBodyMode == BodyMode.Skip) return pieceStatus(stream, state, responseBody, ABSENT, ABSENT);
  const chunk = responseBody.part(state.held, size - state.held);
  return pieceStatus(stream, state, responseBody, chunk, filter.onStreamingResponseBody(chunk, endOfStream));
}

/** The trailers of a request; they end a body that the filter wants whole. */
export function requestTrailersArrived(stream: Stream): HeadersStatus {
  const filter = activeFilter(stream);
  if (filter === null) return HeadersStatus.Continue;
  const state = stream.request;
  if (stream.held) noteBody(stream, Held.RequestRest, true);
  state.isComplete = true;
  if (!state.isPaused && filter.requestBodyMode == BodyMode.Whole && !state.isSeen) {
    requestBody.begin(state.held);
    wholeRequest(stream, filter);
  }
  if (state.isPaused) state.hasTrailers = true;
  if (state.isPaused || stream.hasReplied) return HeadersStatus.StopAllIterationAndWatermark;
  return headersStatus(stream, state, filter.onRequestTrailers(requestTrailers), true, Held.RequestBody);
}

/** The trailers of a response; they end a body that the filter wants whole. */
export function responseTrailersArrived(stream: Stream): HeadersStatus {
  const filter = activeFilter(stream);
  if (filter === null) return HeadersStatus.Continue;
  const state = stream.response;
  if (stream.held) noteBody(stream, Held.ResponseRest, true);
  state.isComplete = true;
  if (!state.isPaused && filter.responseBodyMode == BodyMode.Whole && !state.isSeen) {
    responseBody.begin(state.held);
    wholeResponse(stream, filter);
  }
  if (state.isPaused) state.hasTrailers = true;
  if (state.isPaused || stream.hasReplied) return HeadersStatus.StopAllIterationAndWatermark;
  return headersStatus(stream, state, filter.onResponseTrailers(responseTrailers), true, Held.ResponseBody);
}

function wholeRequest(stream: Stream, filter: HttpFilter): BodyStatus {
  stream.request.isSeen = true;
  return wholeStatus(stream, stream.request, filter.onRequestBody(requestBody));
}

function wholeResponse(stream: Stream, filter: HttpFilter): BodyStatus {
  stream.response.isSeen = true;
  return wholeStatus(stream, stream.response, filter.onResponseBody(responseBody));
}
