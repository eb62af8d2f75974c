import { BodyStatus, HeadersStatus } from "../abi/enums";
import { Slice } from "../bytes/slice";
import { BodyBuffer, requestBody } from "../host/body";
import { forwardsAfterHold } from "../host/envoy-version";
import { log, LogLevel } from "../host/log";
import { continueRequest, continueResponse } from "../host/stream";
import { BodyState } from "./body-state";
import { Held } from "./body-watch";
import { BodyAction, BodyMode, HeadersAction, HOLD, HttpFilter, PAUSE } from "./filter";
import { pluginHost } from "./register";
import { awaitRest } from "./stalled-body";
import { Stream } from "./streams";

/** The directions of which a mistake was logged. */
const skips: string[] = [];

// What a callback returns to the host, from what the filter returned. A local reply takes precedence.

/** The filter; `null` if there is none or it has sent a local reply. */
export function activeFilter(stream: Stream): HttpFilter | null {
  return stream.hasReplied ? null : stream.filter;
}

/** The status of headers or trailers. */
export function headersStatus(
  stream: Stream,
  state: BodyState,
  action: HeadersAction,
  endOfStream: bool,
  held: Held,
): HeadersStatus {
  if (stream.hasReplied) return HeadersStatus.StopAllIterationAndWatermark;
  switch (action) {
    case HeadersAction.HoldForBody:
      if (endOfStream || skipsBody(stream, held)) return HeadersStatus.Continue;
      if (!stream.root!.bodies.isProven) watch(stream, held);
      return HeadersStatus.StopIteration;
    case HeadersAction.Pause:
      state.isPaused = true;
      return HeadersStatus.StopAllIterationAndWatermark;
    default:
      return HeadersStatus.Continue;
  }
}

/** The status of a whole body. */
export function wholeStatus(stream: Stream, state: BodyState, action: BodyAction): BodyStatus {
  if (stream.hasReplied) return BodyStatus.StopIterationAndBuffer;
  if (action == BodyAction.Continue) return BodyStatus.Continue;
  state.isPaused = true;
  return BodyStatus.StopIterationAndBuffer;
}

/** The status of a piece of a streaming body; replaces what the host holds by what the filter forwards. */
export function pieceStatus(
  stream: Stream,
  state: BodyState,
  body: BodyBuffer,
  chunk: Slice,
  forward: Slice,
): BodyStatus {
  const hadBuffer = state.hasBuffer;
  state.held = 0;
  state.hasBuffer = forward == HOLD || forward == PAUSE;
  if (stream.hasReplied) return BodyStatus.StopIterationNoBuffer;
  if (state.hasBuffer) {
    state.held = body.size;
    state.isPaused = forward == PAUSE;
    if (!state.isPaused && !state.isComplete)
      awaitRest(stream, state, body == requestBody ? Held.RequestRest : Held.ResponseRest);
    // Never StopIterationAndWatermark: replacing the body and resuming crashes Envoy then.
    return BodyStatus.StopIterationAndBuffer;
  }
  if (forward != chunk) body.replace(forward);
  if (!hadBuffer || forwardsAfterHold()) return BodyStatus.Continue;
  // Envoy has moved the chunk to the buffer of what was held, and would keep it there.
  state.hasBuffer = true;
  if (body == requestBody) continueRequest();
  else continueResponse();
  return BodyStatus.StopIterationAndBuffer;
}

/** Notes that a piece of a body, or its end, has arrived at a stream that waits for one. */
export function noteBody(stream: Stream, rest: Held, isComplete: bool): void {
  const root = stream.root!;
  root.bodies.arrived(stream, rest, isComplete);
  root.adjustTick();
}

/** Whether the filter skips the body for which it holds headers: a mistake of its author, which is logged once for each direction. */
function skipsBody(stream: Stream, held: Held): bool {
  const filter = stream.filter!;
  const isRequest = held == Held.RequestBody;
  if ((isRequest ? filter.requestBodyMode : filter.responseBodyMode) != BodyMode.Skip) return false;
  const direction = isRequest ? "request" : "response";
  if (!skips.includes(direction)) {
    skips.push(direction);
    const cause = `a hook returned HoldForBody, but ${direction}BodyMode is Skip: set it to Whole or Streaming`;
    log(LogLevel.Error, `${pluginHost().name()}: ${cause}; the headers are not held`);
  }
  return true;
}

function watch(stream: Stream, held: Held): void {
  const root = stream.root!;
  root.bodies.add(stream, held);
  root.adjustTick();
}
