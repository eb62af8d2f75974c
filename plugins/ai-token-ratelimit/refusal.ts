import { errorBody } from "../../assembly/ai/refusal";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { sliceOfBuffer } from "../../assembly/bytes/slice";
import { HeaderPairs } from "../../assembly/host/header-pairs";
import { HeaderMap } from "../../assembly/host/headers";
import { sendLocalReply } from "../../assembly/host/reply";
import { Verdict } from "../../assembly/limit/verdict";
import { AiTokenRateLimitConfig } from "./config";

// https://platform.openai.com/docs/guides/rate-limits
const LIMIT_HEADER = "x-ratelimit-limit-tokens";
const REMAINING_HEADER = "x-ratelimit-remaining-tokens";
const RESET_HEADER = "x-ratelimit-reset-tokens";

const headers = new HeaderPairs();
const number = new ByteBuffer();
const message = new ByteBuffer();
const NO_STORE = String.UTF8.encode("The token limit cannot be checked now. Try again later.");

/** Refuses a request whose tokens are used up. */
export function refuse(config: AiTokenRateLimitConfig, verdict: Verdict): void {
  // Redis rounds to seconds: a retry after 0 s may be too early.
  const seconds = max<i64>(verdict.seconds, 1);
  headers.clear();
  add("retry-after", seconds);
  add("x-tokenratelimit-reset", seconds);
  add(LIMIT_HEADER, verdict.limit);
  add(REMAINING_HEADER, 0);
  number.clear();
  headers.add(RESET_HEADER, number.integer(seconds).byte(0x73).slice);
  message.clear();
  message.text("The limit of ").integer(verdict.limit).text(" tokens is reached. Try again in ");
  message.integer(seconds).text(seconds == 1 ? " second." : " seconds.");
  reject(config, "ai-token-ratelimit.rejected");
}

/** Refuses a request that needs more tokens than the whole limit has: no later time helps. */
export function refuseTooLarge(config: AiTokenRateLimitConfig, limit: i64, tokens: i64): void {
  headers.clear();
  add(LIMIT_HEADER, limit);
  message.clear();
  message.text("The request needs about ").integer(tokens).text(" tokens, more than the whole limit of ");
  message.integer(limit).text(" tokens.");
  reject(config, "ai-token-ratelimit.too_large");
}

/** Refuses a request whose limits are unknown. */
export function refuseWithoutStore(): void {
  headers.clear();
  add("retry-after", 1);
  const body = errorBody(503, sliceOfBuffer(NO_STORE), "store_down");
  sendLocalReply(503, "ai-token-ratelimit.store_down", "application/json", body, headers);
}

/** Sets the headers of a response whose request has passed: those of the limit of which the smallest part was left. */
export function showLimit(response: HeaderMap, verdict: Verdict): void {
  set(response, LIMIT_HEADER, verdict.limit);
  set(response, REMAINING_HEADER, verdict.remaining);
  number.clear();
  response.set(RESET_HEADER, number.integer(verdict.seconds).byte(0x73).slice);
}

function reject(config: AiTokenRateLimitConfig, details: string): void {
  const code = config.rejectedCode;
  const text = config.rejectedMessage;
  if (text !== null) return sendLocalReply(code, details, "", sliceOfBuffer(text), headers);
  const body = errorBody(code, message.slice, "rate_limit_exceeded");
  sendLocalReply(code, details, "application/json", body, headers);
}

function add(name: string, value: i64): void {
  number.clear();
  headers.add(name, number.integer(value).slice);
}

function set(response: HeaderMap, name: string, value: i64): void {
  number.clear();
  response.set(name, number.integer(value).slice);
}
