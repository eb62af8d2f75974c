import { BodyStatus, HeadersStatus } from "../abi/enums";
import { Slice } from "../bytes/slice";
import { BodyBuffer } from "../host/body";
import { BodyState } from "./body-state";
import { Held } from "./body-watch";
import { BodyAction, HeadersAction, HOLD, HttpFilter, PAUSE } from "./filter";
import { Stream } from "./streams";

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
      if (endOfStream) return HeadersStatus.Continue;
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
  state.held = 0;
  if (stream.hasReplied) return BodyStatus.StopIterationNoBuffer;
  if (forward == HOLD || forward == PAUSE) {
    state.held = body.size;
    state.isPaused = forward == PAUSE;
    // Never StopIterationAndWatermark: replacing the body and resuming crashes Envoy then.
    return BodyStatus.StopIterationAndBuffer;
  }
  if (forward != chunk) body.replace(forward);
  return BodyStatus.Continue;
}

/** Notes that a body, or its end, arrived while the headers of the stream are held. */
export function noteBody(stream: Stream): void {
  const root = stream.root!;
  root.bodies.prove();
  root.adjustTick();
}

function watch(stream: Stream, held: Held): void {
  const root = stream.root!;
  root.bodies.add(stream, held);
  root.adjustTick();
}
