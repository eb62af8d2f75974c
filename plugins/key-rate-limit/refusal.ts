import { errorBodyFor, ErrorFormat } from "../../assembly/ai/refusal";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceOfBuffer } from "../../assembly/bytes/slice";
import { HeaderPairs } from "../../assembly/host/header-pairs";
import { requestHeaders } from "../../assembly/host/headers";
import { sendLocalReply } from "../../assembly/host/reply";

const headers = new HeaderPairs();
const number = new ByteBuffer();
const message = new ByteBuffer();
const body = String.UTF8.encode("rate_limited");

/** Refuses a request as Higress's key-rate-limit does, or with the error object of the client's protocol, with the time to the next window. */
export function refuseRate(limit: u32, seconds: u32, format: ErrorFormat): void {
  headers.clear();
  add("retry-after", seconds);
  add("x-ratelimit-limit", limit);
  add("x-ratelimit-remaining", 0);
  add("x-ratelimit-reset", seconds);
  message.clear();
  message.text("The limit of ").integer(limit).text(" requests is reached. Try again in ").integer(seconds).text(" s.");
  reply("Too many requests", message.slice, format);
}

/** Refuses a request because of too many open streams; when one ends is unknown. */
export function refuseConcurrency(limit: u32, format: ErrorFormat): void {
  headers.clear();
  add("retry-after", 1);
  message.clear();
  message.text("The limit of ").integer(limit).text(" requests at once is reached. Try again when one has ended.");
  reply("key-rate-limit.concurrent", message.slice, format);
}

function reply(details: string, sentence: Slice, format: ErrorFormat): void {
  if (format == ErrorFormat.Text) return sendLocalReply(429, details, "", sliceOfBuffer(body), headers);
  const error = errorBodyFor(requestHeaders.first(":path"), 429, sentence, "rate_limit_exceeded");
  sendLocalReply(429, details, "application/json", error, headers);
}

function add(name: string, value: u32): void {
  number.clear();
  headers.add(name, number.integer(value).slice);
}
