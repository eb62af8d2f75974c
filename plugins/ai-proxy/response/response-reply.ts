import { FALLBACK_STATE, MODEL_HEADER, PROVIDER_HEADER } from "../../../assembly/ai/contract";
import { writeError } from "../../../assembly/ai/error";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import {
  ABSENT,
  Slice,
  sliceEquals,
  sliceOf,
  sliceSize,
  sliceStartsWith,
  sliceToString,
} from "../../../assembly/bytes/slice";
import { HeaderPairs } from "../../../assembly/host/header-pairs";
import { HeaderMap } from "../../../assembly/host/headers";
import { namedProperty } from "../../../assembly/host/property";
import { sendLocalReply } from "../../../assembly/host/reply";
import { JsonDocument } from "../../../assembly/json/document";
import { translateError } from "./error-response";
import { Exchange } from "../exchange";
import { shownModel } from "./response-headers";

/** The status for a response that is not what its API promises. */
export const BAD_GATEWAY = 502;

/** What is not what its API promises, in the words of the error. */
export const BAD_RESPONSE = "The provider's answer is not what its API promises.";
export const EMPTY_RESPONSE = "The provider answered without a body.";
export const COMPRESSED_RESPONSE = "The provider compressed its answer although it was not asked to.";
export const UNASKED_STREAM = "The provider answered with a stream that was not asked for.";

const document = new JsonDocument();
const out = new ByteBuffer();
const text = new ByteBuffer();
const pairs = new HeaderPairs();

/**
 * Whether ai-proxy may answer the client itself, with a local reply: always, but where `fallback` is armed for the request.
 * A local reply is final, so that nobody could turn to the next target. Then `:status` alone changes, and the outermost
 * filter sends the body.
 */
export function hasLastWord(): bool {
  return sliceSize(namedProperty(FALLBACK_STATE)) == 0;
}

/** Gives an error response without a body OpenAI's error; keeps the status and the provider's headers. */
export function replyWithError(exchange: Exchange, status: i32, headers: HeaderMap): void {
  if (!hasLastWord()) return;
  out.clear();
  translateError(exchange, document, status, ABSENT, sliceOf(0, 0), out);
  keepHeaders(headers);
  reply(exchange, status);
}

/** Replaces a response that is not what its API promises by a 502, or, with `fallback` armed, changes `:status` to it. */
export function replyBadResponse(exchange: Exchange, headers: HeaderMap, message: string): void {
  if (!hasLastWord()) {
    headers.setText(":status", "502");
    return;
  }
  writeBadResponse(out, message);
  pairs.clear();
  reply(exchange, BAD_GATEWAY);
}

/** Writes the error for a response that is not what its API promises, in place of what `body` holds. */
export function writeBadResponse(body: ByteBuffer, message: string): void {
  text.clear();
  body.clear();
  writeError(body, BAD_GATEWAY, text.text(message).slice, ABSENT, ABSENT);
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
    sliceEquals(name, PROVIDER_HEADER) ||
    sliceEquals(name, MODEL_HEADER)
  );
}

function reply(exchange: Exchange, status: i32): void {
  const model = shownModel(exchange);
  pairs.addText(PROVIDER_HEADER, exchange.config.name);
  if (model != ABSENT) pairs.add(MODEL_HEADER, model);
  sendLocalReply(status, "ai-proxy.provider_error", "application/json", out.slice, pairs);
}
