import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT } from "../../../assembly/bytes/slice";
import { HeaderPairs } from "../../../assembly/host/header-pairs";
import { sendLocalReply } from "../../../assembly/host/reply";
import { writeClientError } from "../client-error";
import { Exchange } from "../exchange";

/** The reason in the response code details, and `code` of the error. */
export const NO_KEY = "api_keys_unavailable";

const UNAVAILABLE = 503;

const pairs = new HeaderPairs();
const message = new ByteBuffer();
const code = new ByteBuffer();
const body = new ByteBuffer();

/** Replies that no API key of the provider is free for so many milliseconds. */
export function replyWithoutKey(exchange: Exchange, wait: u64): void {
  const seconds = retryAfterOf(wait);
  message.clear();
  code.clear();
  body.clear();
  message.text(messageWithoutKey(exchange.config.name, seconds));
  writeClientError(exchange, body, UNAVAILABLE, message.slice, ABSENT, code.text(NO_KEY).slice);
  pairs.clear().addText("retry-after", seconds.toString());
  sendLocalReply(UNAVAILABLE, `ai-proxy.${NO_KEY}`, "application/json", body.slice, pairs);
}

/** What the client reads. */
export function messageWithoutKey(provider: string, seconds: i32): string {
  return `No API key of the provider '${provider}' is available. Try again in ${seconds} seconds.`;
}

/** `retry-after` for so many milliseconds: whole seconds, at least 1. */
export function retryAfterOf(wait: u64): i32 {
  return <i32>min<u64>(max<u64>((wait + 999) / 1000, 1), i32.MAX_VALUE);
}
