import { ByteBuffer } from "../../assembly/bytes/buffer";
import { sliceOfBuffer } from "../../assembly/bytes/slice";
import { HeaderPairs } from "../../assembly/host/header-pairs";
import { sendLocalReply } from "../../assembly/host/reply";

const headers = new HeaderPairs();
const number = new ByteBuffer();
const body = String.UTF8.encode("rate_limited");

/** Answers as Higress's key-rate-limit does, and tells when there is room again. */
export function refuseRate(limit: u32, seconds: u32): void {
  headers.clear();
  add("retry-after", seconds);
  add("x-ratelimit-limit", limit);
  add("x-ratelimit-remaining", 0);
  add("x-ratelimit-reset", seconds);
  sendLocalReply(429, "Too many requests", "", sliceOfBuffer(body), headers);
}

/** The same for too many open streams, of which nobody knows when one ends. */
export function refuseConcurrency(): void {
  headers.clear();
  add("retry-after", 1);
  sendLocalReply(429, "key-rate-limit.concurrent", "", sliceOfBuffer(body), headers);
}

function add(name: string, value: u32): void {
  number.clear();
  headers.add(name, number.integer(value).slice);
}
