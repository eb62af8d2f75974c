// SPDX-License-Identifier: Apache-2.0
import type { HeaderMap } from "./header-map.ts";

/** Where a message goes: to the next filter of a chain, or to what stands at the chain's end. */
export interface MessageSink {
  headers(headers: HeaderMap, end: boolean): void;
  data(data: Buffer, end: boolean): void;
  trailers(trailers: HeaderMap): void;
}

/** A sink that asks for the real one at each call: it may not exist yet. */
export const lateSink = (find: () => MessageSink): MessageSink => ({
  headers: (headers, end) => find().headers(headers, end),
  data: (data, end) => find().data(data, end),
  trailers: (trailers) => find().trailers(trailers),
});

/** Sends a whole body behind headers. `isOver` says that nobody listens any more. */
export function sendWhole(
  sink: MessageSink,
  message: { headers: HeaderMap; body: Buffer; trailers: HeaderMap | null; ended: boolean },
  isOver: () => boolean,
): void {
  const { headers, body, trailers, ended } = message;
  sink.headers(headers, ended && body.length === 0 && !trailers);
  if (body.length > 0 && !isOver()) sink.data(body, ended && !trailers);
  if (trailers && !isOver()) sink.trailers(trailers);
}
