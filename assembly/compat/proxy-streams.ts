import { enter, leave } from "./callback";
import { contextOf } from "./registry";

/** What a callback returns for a stream without a context: it passes. */
const CONTINUE: u32 = 0;

/** The headers of a request. */
export function proxy_on_request_headers(context_id: u32, headers: u32, end_of_stream: u32): u32 {
  const context = contextOf(context_id);
  if (context === null) return CONTINUE;
  enter(context);
  const status = context.onRequestHeaders(headers, end_of_stream != 0);
  leave();
  return status;
}

/** A piece of a request's body. */
export function proxy_on_request_body(context_id: u32, body_buffer_length: u32, end_of_stream: u32): u32 {
  const context = contextOf(context_id);
  if (context === null) return CONTINUE;
  enter(context);
  const status = context.onRequestBody(body_buffer_length, end_of_stream != 0);
  leave();
  return status;
}

/** The trailers of a request. */
export function proxy_on_request_trailers(context_id: u32, trailers: u32): u32 {
  const context = contextOf(context_id);
  if (context === null) return CONTINUE;
  enter(context);
  const status = context.onRequestTrailers(trailers);
  leave();
  return status;
}

/** Metadata of a request. */
export function proxy_on_request_metadata(context_id: u32, nelements: u32): u32 {
  const context = contextOf(context_id);
  if (context === null) return CONTINUE;
  enter(context);
  const status = context.onRequestMetadata(nelements);
  leave();
  return status;
}

/** The headers of a response. */
export function proxy_on_response_headers(context_id: u32, headers: u32, end_of_stream: u32): u32 {
  const context = contextOf(context_id);
  if (context === null) return CONTINUE;
  enter(context);
  const status = context.onResponseHeaders(headers, end_of_stream != 0);
  leave();
  return status;
}

/** A piece of a response's body. */
export function proxy_on_response_body(context_id: u32, body_buffer_length: u32, end_of_stream: u32): u32 {
  const context = contextOf(context_id);
  if (context === null) return CONTINUE;
  enter(context);
  const status = context.onResponseBody(body_buffer_length, end_of_stream != 0);
  leave();
  return status;
}

/** The trailers of a response. */
export function proxy_on_response_trailers(context_id: u32, trailers: u32): u32 {
  const context = contextOf(context_id);
  if (context === null) return CONTINUE;
  enter(context);
  const status = context.onResponseTrailers(trailers);
  leave();
  return status;
}

/** Metadata of a response. */
export function proxy_on_response_metadata(context_id: u32, nelements: u32): u32 {
  const context = contextOf(context_id);
  if (context === null) return CONTINUE;
  enter(context);
  const status = context.onResponseMetadata(nelements);
  leave();
  return status;
}

/** The access log is about to be written. */
export function proxy_on_log(context_id: u32): void {
  const context = contextOf(context_id);
  if (context === null) return;
  enter(context);
  // The stream has ended: nothing can be sent.
  context.host.hasReplied = true;
  context.onLog();
  leave();
}
