import { Slice } from "../bytes/slice";
import { BodyBuffer } from "../host/body";
import { HeaderMap } from "../host/headers";

/** What happens to headers after the hook. Ignored if the hook called `sendLocalReply`. */
export const enum HeadersAction {
  /** They are forwarded. */
  Continue,
  /** They are held until the filter has seen the body it asked for. They are forwarded if there is no body. */
  HoldForBody,
  /** They, and what follows, are held until `resumeRequest` or `resumeResponse` is called, usually by a callout. */
  Pause,
}

/** What happens to a whole body after the hook. Ignored if the hook called `sendLocalReply`. */
export const enum BodyAction {
  /** It is forwarded. */
  Continue,
  /** It is held until `resumeRequest` or `resumeResponse` is called, usually by a callout. */
  Pause,
}

/** How a filter gets a body. */
export const enum BodyMode {
  /** Not at all: nothing of it is copied. */
  Skip,
  /** Whole, at its end; up to Envoy's buffer limit, above which Envoy itself replies 413 (or 500 for a response). */
  Whole,
  /** In chunks, as they arrive. */
  Streaming,
}

/**
 * What `onStreaming…Body` returns to hold the chunk and all that is held already until more arrives. The host's buffer limit
 * applies: above it the client gets 413 or the stream is reset. Trailers release what is held, unless the filter pauses there. `releaseResponse`
 * and `forwardResponse` release it in another callback.
 */
export const HOLD: Slice = u64.MAX_VALUE;
/**
 * What `onStreaming…Body` returns to hold the chunk, all that is held already and all that arrives, trailers included, until
 * `resumeRequest` or `resumeResponse` is called, usually by a callout. Until then the filter is not called for this direction. The
 * host's buffer limit applies.
 */
export const PAUSE: Slice = u64.MAX_VALUE - 1;

/**
 * The filter of one stream. Every hook passes the traffic unchanged by default: override what is needed. The state of the stream
 * is in fields; `free` frees unmanaged memory. A hook that has called `sendLocalReply` returns anything: the stream stops, and no
 * later hook runs except `onLog` and `onStreamDone`.
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
  /** The context id of the stream, for `Callout.stream`. */
  contextId: u32 = 0;
  /** How the filter gets the request body; set in `onRequestHeaders` at the latest. */
  requestBodyMode: BodyMode = BodyMode.Skip;
  /** How the filter gets the response body; set in `onResponseHeaders` at the latest. */
  responseBodyMode: BodyMode = BodyMode.Skip;

  /** Called with the request headers. */
  onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    return HeadersAction.Continue;
  }

  /** Called with the whole request body (`BodyMode.Whole`). */
  onRequestBody(body: BodyBuffer): BodyAction {
    return BodyAction.Continue;
  }

  /**
   * Called with a chunk of the request body (`BodyMode.Streaming`). Returns the bytes to forward in place of the chunk and of all
   * that is held, the chunk itself to change nothing, `HOLD` or `PAUSE`.
   */
  onStreamingRequestBody(chunk: Slice, isLastChunk: bool): Slice {
    return chunk;
  }

  /** Called with the request trailers. A streaming body with trailers has no last chunk. */
  onRequestTrailers(trailers: HeaderMap): HeadersAction {
    return HeadersAction.Continue;
  }

  /** Called with the response headers. */
  onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    return HeadersAction.Continue;
  }

  /** Called with the whole response body (`BodyMode.Whole`). */
  onResponseBody(body: BodyBuffer): BodyAction {
    return BodyAction.Continue;
  }

  /** Called with a chunk of the response body (`BodyMode.Streaming`); returns what `onStreamingRequestBody` does. */
  onStreamingResponseBody(chunk: Slice, isLastChunk: bool): Slice {
    return chunk;
  }

  /**
   * Called with the response trailers. A streaming body with trailers has no last chunk. `HeadersAction.Pause` holds them, and what is held of
   * the body, until `resumeResponse`.
   */
  onResponseTrailers(trailers: HeaderMap): HeadersAction {
    return HeadersAction.Continue;
  }

  /**
   * Called when the stream has ended, for any reason, and its access log is about to be written. A property or filter state
   * that is set here is in the access log. Headers can be read, not changed. It needs `entry/log`: one callback more for each stream. Envoy never
   * calls it in the router's chain. A pass that ends with an internal redirect gets it too, with the response code details
   * `internal_redirect`.
   */
  onLog(): void {}

  /**
   * Called when the stream has ended, for any reason, after `onLog` and in both chains. Its access log may be written already.
   * Settle accounts, leave lists, release counts and remove waiters here. Properties and filter state can be read, headers cannot. A callout with
   * `stream` 0 belongs to the root context, and outlives the stream.
   */
  onStreamDone(): void {}

  /** Frees memory that the collector does not manage. It runs last, and outside a callback: no host call works. */
  free(): void {}
}
