import { PROVIDER_HEADER } from "../../assembly/ai/contract";
import { writeError } from "../../assembly/ai/error";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, sliceOf } from "../../assembly/bytes/slice";
import { HeaderPairs } from "../../assembly/host/header-pairs";
import { HeaderMap } from "../../assembly/host/headers";
import { sendLocalReply } from "../../assembly/host/reply";
import { JsonDocument } from "../../assembly/json/document";
import { translateError } from "./error-answer";
import { Exchange } from "./exchange";

const BAD_GATEWAY = 502;

const document = new JsonDocument();
const out = new ByteBuffer();
const text = new ByteBuffer();
const pairs = new HeaderPairs();

/** Replaces an error response without a body by one with OpenAI's error, the status kept. */
export function replyWithError(exchange: Exchange, status: i32, headers: HeaderMap): void {
  out.clear();
  translateError(exchange, document, status, ABSENT, sliceOf(0, 0), out);
  pairs.clear();
  const retryAfter = headers.get("retry-after");
  if (retryAfter != ABSENT) pairs.add("retry-after", retryAfter);
  reply(exchange, status, pairs);
}

/** Replaces a response without the body that its API promises by a 502. */
export function replyBadResponse(exchange: Exchange): void {
  writeBadResponse(out);
  reply(exchange, BAD_GATEWAY, pairs.clear());
}

/** Writes the error for a response that is not what its API promises, in place of what `body` holds. */
export function writeBadResponse(body: ByteBuffer): void {
  text.clear();
  const message = text.text("The provider's answer is not what its API promises.").slice;
  body.clear();
  writeError(body, BAD_GATEWAY, message, ABSENT, ABSENT);
}

function reply(exchange: Exchange, status: i32, more: HeaderPairs): void {
  more.addText(PROVIDER_HEADER, exchange.config.name);
  sendLocalReply(status, "ai-proxy.provider_error", "application/json", out.slice, more);
}
