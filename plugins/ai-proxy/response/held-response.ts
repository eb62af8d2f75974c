import { ABSENT, Slice, startsWithIgnoringCase } from "../../../assembly/bytes/slice";
import { canTryHeldAgain } from "../../../assembly/host/envoy-version";
import { HeaderMap, responseHeaders } from "../../../assembly/host/headers";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Exchange } from "../exchange";
import { replyInstead } from "./response-reply";

const JSON_TYPE = "application/json";

const text = new ByteBuffer();

/**
 * Whether a response that Envoy may send again can be held. Otherwise the headers of errors are forwarded at once, and the status of a
 * held response must not change.
 */
export function mayHoldFailures(exchange: Exchange): bool {
  return !exchange.isInRoutersChain || canTryHeldAgain();
}

/** Prepares the headers of an error that are forwarded before its body is known: it is JSON of another length. */
export function announceError(headers: HeaderMap): void {
  if (headers.get("content-length") != ABSENT) headers.remove("content-length");
  if (!startsWithIgnoringCase(headers.get("content-type"), JSON_TYPE)) headers.setText("content-type", JSON_TYPE);
}

/**
 * Gives a held response an error status. Where Envoy must not see the new status, it is replaced by a local reply with the error, and the
 * function returns `false`.
 */
export function failHeld(exchange: Exchange, status: i32, error: Slice): bool {
  if (!mayHoldFailures(exchange)) {
    replyInstead(exchange, status, responseHeaders, error);
    return false;
  }
  text.clear();
  responseHeaders.set(":status", text.integer(status).slice);
  responseHeaders.setText("content-type", JSON_TYPE);
  return true;
}

/** Sets the `content-length` of the response. */
export function setLength(size: i32): void {
  text.clear();
  responseHeaders.set("content-length", text.integer(size).slice);
}
