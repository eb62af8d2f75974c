import { emptyRegion } from "../abi/memory";
import { requestBody, responseBody } from "../host/body";
import { enterRoot } from "../host/root";
import { actOn } from "../host/stream";
import { BodyState } from "./body-state";
import { Held } from "./body-watch";
import { Root } from "./root";
import { Stream } from "./streams";

// A filter in front may have held the headers, and released them with a piece of the body above Envoy's buffer limit. Envoy stops reading then,
// and refuses a body that is too large only at the moment at which it becomes too large. A filter behind that holds the piece would wait
// for ever.

/** Held bytes of an incomplete body from which on its rest is watched. Envoy's guide for edges advises buffer limits of this size. */
const LEAST: i32 = 32 << 10;

/** Watches whether the rest of a body arrives that the filter has just held. */
export function awaitRest(stream: Stream, state: BodyState, rest: Held): void {
  if (state.held < LEAST || state.isRewritten || stream.held) return;
  const root = stream.root!;
  root.bodies.add(stream, rest);
  root.adjustTick();
}

/**
 * Takes all that the host holds of a body and gives it back, of the stream that host calls act on. If it is above the buffer limit, Envoy
 * replies 413 or 500 within this call; else a slow body goes on. Once for each body: an upload that stalls again and again is not copied again.
 */
export function rewriteStalled(root: Root, stream: Stream, rest: Held): void {
  const isRequest = rest == Held.RequestRest;
  const state = isRequest ? stream.request : stream.response;
  if (state.isRewritten || state.isPaused || state.isComplete || state.held < LEAST) return;
  state.isRewritten = true;
  const body = isRequest ? requestBody : responseBody;
  emptyRegion();
  body.begin(state.held);
  body.replace(body.bytes());
  emptyRegion();
  // A reply runs the callbacks of the stream within the host call.
  enterRoot(root.id);
  actOn(stream);
}
