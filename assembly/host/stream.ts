import { StreamType } from "../abi/enums";
import { proxy_close_stream, proxy_continue_stream, proxy_set_effective_context } from "../abi/imports";

/** What the host layer records of a stream. */
export class HostStream {
  /** The context id that the host gave. */
  id: u32 = 0;
  /** Whether a local reply was sent: no hook of the stream's filter runs after it, except the ones for its end. */
  hasReplied: bool = false;
}

let current: HostStream | null = null;
/** Whether `actOn` was called in this callback. */
let isElsewhere: bool = false;

/** Notes the stream that host calls act on, which is the callback's own; `null` in a callback of a root context. */
// @ts-ignore: decorator
@inline
export function enterStream(stream: HostStream | null): void {
  current = stream;
  isElsewhere = false;
}

/** Makes the host calls that follow in this callback act on another stream. */
export function actOn(stream: HostStream): void {
  current = stream;
  isElsewhere = true;
  proxy_set_effective_context(stream.id);
}

/** Whether host calls may act on a stream of another root context than that of the callback. */
export function actsElsewhere(): bool {
  return isElsewhere;
}

/** The stream that host calls act on; `null` where they act on a root context. */
export function actingStream(): HostStream | null {
  return current;
}

/**
 * Records that the stream that host calls act on is sent a local reply. Returns `false` if it was sent one before, or has ended:
 * a reply to a stream that has ended crashes Envoy.
 */
export function noteReply(): bool {
  const stream = current;
  if (stream === null) return true;
  if (stream.hasReplied) return false;
  stream.hasReplied = true;
  return true;
}

/** Resumes a paused request. */
export function continueRequest(): void {
  proxy_continue_stream(StreamType.HttpRequest);
}

/** Resumes a paused response. */
export function continueResponse(): void {
  proxy_continue_stream(StreamType.HttpResponse);
}

/**
 * Resets the stream on which the host calls act, and its request to the upstream. The client loses what was written in the same callback: call
 * it in a later one.
 */
export function closeStream(): void {
  proxy_close_stream(StreamType.HttpResponse);
}
