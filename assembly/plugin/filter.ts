import { Slice } from "../bytes/slice";
import { BodyBuffer } from "../host/body";
import { HeaderMap } from "../host/headers";

/** What happens to headers after the hook. Ignored if the hook called `sendLocalReply`. */
export const enum HeadersAction {
  /** They go on. */
  Continue,
  /** They are held until the filter has seen the body it asked for. They go on if there is no body. */
  HoldForBody,
  /** They, and what follows, are held until `resumeRequest` or `resumeResponse` is called, usually by a callout. */
  Pause,
}

/** What happens to a whole body after the hook. Ignored if the hook called `sendLocalReply`. */
export const enum BodyAction {
  /** It goes on. */
  Continue,
  /** It is held until `resumeRequest` or `resumeResponse` is called, usually by a callout. */
  Pause,
}

/** How a filter wants to see a body. */
export const enum BodyMode {
  /** Not at all: nothing of it is copied. */
  Skip,
  /** Whole, once its end has come; up to Envoy's buffer limit, above which Envoy answers 413 by itself. */
  Whole,
  /** Piece by piece, as it arrives. */
  Streaming,
}

/**
 * What `onStreaming…Body` returns to hold the chunk and all that is held already until more arrives. The host's buffer limit
 * applies: above it the client gets 413 or the stream is reset. Trailers release what is held.
 */
export const HOLD: Slice = u64.MAX_VALUE;
/**
 * What `onStreaming…Body` returns to hold the chunk, all that is held already and all that arrives, trailers included, until
 * `resumeRequest` or `resumeResponse` is called, usually by a callout. Until then the filter is not called for this direction. The
 * host's buffer limit applies.
 */
export const PAUSE: Slice = u64.MAX_VALUE - 1;

/**
 * One HTTP exchange. Every hook passes the traffic through by default: override what is needed. State of the exchange
 * stands in fields; unmanaged memory is given back in `free`.
 *
 * @example
 * class Hello extends HttpFilter {
 *   override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
 *     headers.setText("x-hello", "world");
 *     return HeadersAction.Continue;
 *   }
 * }
 */
export abstract class HttpFilter {
  /** The id of the exchange, for `Callout.stream`. */
  contextId: u32 = 0;
  /** How the filter wants the body of the request; decided in `onRequestHeaders` at the latest. */
  requestBodyMode: BodyMode = BodyMode.Skip;
  /** How the filter wants the body of the answer; decided in `onResponseHeaders` at the latest. */
  responseBodyMode: BodyMode = BodyMode.Skip;

  /** The headers of the request. */
  onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    return HeadersAction.Continue;
  }

  /** The whole body of the request (`BodyMode.Whole`). */
  onRequestBody(body: BodyBuffer): BodyAction {
    return BodyAction.Continue;
  }

  /**
   * A piece of the request's body (`BodyMode.Streaming`). Gives the bytes to forward in its place, and in the place of
   * all that was held: the chunk itself leaves everything as it is.
   */
  onStreamingRequestBody(chunk: Slice, isLastChunk: bool): Slice {
    return chunk;
  }

  /** The trailers of the request; a streaming body that has trailers never sees its last chunk. It may reply. */
  onRequestTrailers(trailers: HeaderMap): HeadersAction {
    return HeadersAction.Continue;
  }

  /** The headers of the answer. */
  onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    return HeadersAction.Continue;
  }

  /** The whole body of the answer (`BodyMode.Whole`). */
  onResponseBody(body: BodyBuffer): BodyAction {
    return BodyAction.Continue;
  }

  /** A piece of the answer's body (`BodyMode.Streaming`); gives what `onStreamingRequestBody` does. */
  onStreamingResponseBody(chunk: Slice, isLastChunk: bool): Slice {
    return chunk;
  }

  /** The trailers of the answer; a streaming body that has trailers never sees its last chunk. */
  onResponseTrailers(trailers: HeaderMap): void {}

  /**
   * The stream ended, for whatever reason, and its access log is about to be written. A property or filter state that is set
   * here is in the access log. Headers can be read, not changed. To settle an account over the network, dispatch a callout
   * with `stream` 0: it belongs to the root context and outlives the stream. Needs `entry/log`. It runs before the router only:
   * Envoy never calls it in the router's chain. A pass that ends with an internal redirect gets it too, with the response
   * code details `internal_redirect`.
   */
  onLog(): void {}

  /**
   * The stream ended, for whatever reason, after `onLog` and in both chains. Its access log may be written already. Leave lists,
   * release counts and forget waiters here.
   */
  onStreamDone(): void {}

  /** Frees memory that the collector does not manage. It runs last, and outside a callback: no host call works. */
  free(): void {}
}
