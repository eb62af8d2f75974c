// SPDX-License-Identifier: Apache-2.0
import { HeaderMap } from "./header-map.ts";

/** An answer that Envoy makes itself, for a plugin or of its own. */
export interface LocalReply {
  headers: HeaderMap;
  body: Buffer;
}

/** Builds a local reply's headers as Envoy does: length and a content type come with a body, and go without one. */
export function localReply(status: number, body: Buffer, extra: HeaderMap): LocalReply {
  const headers = new HeaderMap([[":status", String(status)], ...extra.pairs()]);
  if (body.length > 0) {
    headers.set("content-length", String(body.length));
    if (headers.get("content-type") === undefined) headers.set("content-type", "text/plain");
  } else {
    headers.remove("content-length");
    headers.remove("content-type");
  }
  return { headers, body };
}

/** Envoy's own reply to a connection that broke before the client had any header. */
export function resetReply(reason: string): { status: number; body: Buffer } {
  const text = reason.replace(/\|.*$/, "").replaceAll("_", " ");
  const body = `upstream connect error or disconnect/reset before headers. reset reason: ${text}`;
  return { status: reason === "protocol_error" ? 502 : 503, body: Buffer.from(body) };
}
