import { DROPPED_HEADER, MODEL_HEADER, PROVIDER_HEADER, TRANSLATION_HEADER } from "../../../assembly/ai/contract";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceEquals, sliceOf, sliceStartsWith, sliceToString } from "../../../assembly/bytes/slice";
import { HeaderPairs } from "../../../assembly/host/header-pairs";
import { HeaderMap } from "../../../assembly/host/headers";
import { sendLocalReply } from "../../../assembly/host/reply";
import { JsonDocument } from "../../../assembly/json/document";
import { writeClientError } from "../client-error";
import { translateError } from "./error-response";
import { Exchange, NextKey } from "../exchange";
import { hasAnotherTarget } from "../keys/fallback-set";
import { translationName } from "../translation-name";
import { shownModel } from "./response-headers";

/** The status for a response that is not what its API promises. */
export const BAD_GATEWAY = 502;

/** The error for a response that its API does not allow. */
export const BAD_RESPONSE = "The provider's answer is not what its API promises.";
/** The error for a response without a body. */
export const EMPTY_RESPONSE = "The provider answered without a body.";
/** The error for a compressed response to a translated request. */
export const COMPRESSED_RESPONSE = "The provider compressed its answer although it was not asked to.";
/** The error for a stream in place of a whole response. */
export const UNASKED_STREAM = "The provider answered with a stream that was not asked for.";

const document = new JsonDocument();
const out = new ByteBuffer();
const text = new ByteBuffer();
const pairs = new HeaderPairs();

/**
 * Whether ai-proxy may send a local reply: always, unless `fallback` is armed for the request. A local reply is final: the next
 * target could not be tried. With `fallback` armed only `:status` changes, and the outermost filter sends the body.
 */
export function maySendReply(): bool {
  return !hasAnotherTarget();
}

/**
 * Gives an error response without a body OpenAI's error; keeps the status and the provider's headers. Does nothing if the request is
 * sent again with another API key.
 */
export function replyWithError(exchange: Exchange, status: i32, headers: HeaderMap): void {
  if (!maySendReply() || exchange.nextKey != NextKey.None) return;
  out.clear();
  translateError(exchange, document, status, false, sliceOf(0, 0), out);
  replyInstead(exchange, status, headers, out.slice);
}

/** Sends an error as a local reply in the place of a response, with the headers of the response. */
export function replyInstead(exchange: Exchange, status: i32, headers: HeaderMap, error: Slice): void {
  keepHeaders(headers);
  reply(exchange, status, error);
}

/**
 * Replaces a response that is not what its API promises by a local reply with 502. With `fallback` armed it only changes
 * `:status` to 502, and returns `false`, unless `isFinal`: Envoy must not try the response again.
 */
export function replyBadResponse(exchange: Exchange, headers: HeaderMap, message: string, isFinal: bool = false): bool {
  if (!isFinal && !maySendReply()) {
    headers.setText(":status", "502");
    return false;
  }
  writeBadResponse(exchange, out, message);
  pairs.clear();
  reply(exchange, BAD_GATEWAY, out.slice);
  return true;
}

/** Writes the error for a response that is not what its API promises, in place of what `body` holds. */
export function writeBadResponse(exchange: Exchange, body: ByteBuffer, message: string): void {
  text.clear();
  body.clear();
  writeClientError(exchange, body, BAD_GATEWAY, text.text(message).slice);
}

/** Takes the provider's headers over: SDKs read `retry-after-ms`, `x-should-retry`, `x-request-id` and limits there. */
function keepHeaders(headers: HeaderMap): void {
  pairs.clear();
  headers.load();
  for (let i = 0; i < headers.count; i++) {
    const name = headers.nameAt(i);
    if (!isOfMessage(name)) pairs.add(sliceToString(name), headers.valueAt(i));
  }
}

/** Whether a header belongs to the one message, its body or its connection, and says nothing of a reply in its place. */
function isOfMessage(name: Slice): bool {
  return (
    sliceStartsWith(name, ":") ||
    sliceStartsWith(name, "content-") ||
    sliceStartsWith(name, "x-envoy-") ||
    sliceEquals(name, "transfer-encoding") ||
    sliceEquals(name, "connection") ||
    sliceEquals(name, "keep-alive") ||
    sliceEquals(name, "trailer") ||
    sliceEquals(name, "date") ||
    sliceEquals(name, "server") ||
    sliceEquals(name, DROPPED_HEADER) ||
    sliceEquals(name, PROVIDER_HEADER) ||
    sliceEquals(name, MODEL_HEADER)
  );
}

function reply(exchange: Exchange, status: i32, error: Slice): void {
  const model = shownModel(exchange);
  pairs.addText(PROVIDER_HEADER, exchange.config.name);
  if (model != ABSENT) pairs.add(MODEL_HEADER, model);
  if (exchange.isBridged) pairs.add(TRANSLATION_HEADER, translationName(exchange));
  if (exchange.dropped != ABSENT) pairs.add(DROPPED_HEADER, exchange.dropped);
  sendLocalReply(status, "ai-proxy.provider_error", "application/json", error, pairs);
}
