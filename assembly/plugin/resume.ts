import { BodyBuffer, requestBody, responseBody } from "../host/body";
import { requestTrailers, responseTrailers } from "../host/headers";
import { actingStream, continueRequest, continueResponse } from "../host/stream";
import { Slice } from "../bytes/slice";
import { HeadersAction } from "./filter";
import { Stream, streams } from "./streams";

// For a filter that has paused, in `onResponse` of its callout or after `turnTo`: read what is held, replace it, resume.

/** The request body that the host holds for the stream on which the host calls act. */
export function heldRequestBody(): BodyBuffer {
  const stream = acting();
  requestBody.begin(stream ? stream.request.held : 0);
  return requestBody;
}

/** The response body that the host holds for the stream on which the host calls act. */
export function heldResponseBody(): BodyBuffer {
  const stream = acting();
  responseBody.begin(stream ? stream.response.held : 0);
  return responseBody;
}

/** Whether no more bytes of the request body arrive. */
export function isRequestComplete(): bool {
  const stream = acting();
  return stream !== null && stream.request.isComplete;
}

/** Whether no more bytes of the response body arrive. */
export function isResponseComplete(): bool {
  const stream = acting();
  return stream !== null && stream.response.isComplete;
}

/** Resumes the request that the filter has paused, with what the host holds of it. Nothing happens if it is not paused. */
export function resumeRequest(): void {
  const stream = acting();
  if (stream === null || stream.hasReplied || !stream.request.isPaused) return;
  const state = stream.request;
  state.isPaused = false;
  state.held = 0;
  if (state.hasTrailers) {
    state.hasTrailers = false;
    state.isPaused = stream.filter!.onRequestTrailers(requestTrailers) == HeadersAction.Pause;
    if (stream.hasReplied || state.isPaused) return;
  }
  continueRequest();
}

/** Resumes the response that the filter has paused, with what the host holds of it. Nothing happens if it is not paused. */
export function resumeResponse(): void {
  const stream = acting();
  if (stream === null || stream.hasReplied || !stream.response.isPaused) return;
  const state = stream.response;
  state.isPaused = false;
  state.held = 0;
  if (state.hasTrailers) {
    state.hasTrailers = false;
    state.isPaused = stream.filter!.onResponseTrailers(responseTrailers) == HeadersAction.Pause;
    if (stream.hasReplied || state.isPaused) return;
  }
  continueResponse();
}

/**
 * Forwards the response that the filter holds, its headers among it, in a callback that is not its own: after `HeadersAction.HoldForBody`,
 * and after `HOLD`. Headers can be changed before. Set `responseBodyMode` to `Skip` so that the rest is not held again.
 */
export function releaseResponse(): void {
  const stream = acting();
  if (stream === null || stream.hasReplied || stream.response.isPaused) return;
  if (stream.held) stream.root!.bodies.remove(stream);
  stream.response.held = 0;
  continueResponse();
}

/**
 * Forwards bytes of the response, in place of all that the host holds of it, in a callback that is not its own. Possible as long as the last chunk
 * was held by `HOLD` or `PAUSE`, also if the host holds nothing of it any more: Envoy keeps an empty buffer, to which bytes can be added. If the
 * response is complete, it ends with them. No other filter may hold a chunk of the response: Envoy has one buffer for all of a chain.
 */
export function forwardResponse(bytes: Slice): void {
  const stream = acting();
  if (stream === null || stream.hasReplied || !stream.response.hasBuffer) return;
  responseBody.replace(bytes);
  if (stream.response.isPaused) resumeResponse();
  else releaseResponse();
}

function acting(): Stream | null {
  const stream = actingStream();
  return stream ? streams.get(stream.id) : null;
}
