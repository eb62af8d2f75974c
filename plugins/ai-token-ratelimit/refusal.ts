import { writeMoney } from "../../assembly/ai/prices/money";
import { errorBodyFor } from "../../assembly/ai/refusal";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { constant } from "../../assembly/bytes/constant";
import { ABSENT, Slice, sliceOfBuffer, sliceSize } from "../../assembly/bytes/slice";
import { HeaderPairs } from "../../assembly/host/header-pairs";
import { HeaderMap, requestHeaders } from "../../assembly/host/headers";
import { sendLocalReply } from "../../assembly/host/reply";
import { Rate, Unit } from "../../assembly/limit/rate";
import { Verdict } from "../../assembly/limit/verdict";
import { AiTokenRateLimitConfig } from "./config";

/** The longest name of a model that a message repeats, in bytes. */
const LONGEST_MODEL: i32 = 256;

/** The names of the headers that show a limit, and their bytes. */
class LimitHeaders {
  readonly limitBytes: Slice;
  readonly remainingBytes: Slice;
  readonly resetBytes: Slice;

  constructor(
    readonly limit: string,
    readonly remaining: string,
    readonly reset: string,
  ) {
    this.limitBytes = constant(limit);
    this.remainingBytes = constant(remaining);
    this.resetBytes = constant(reset);
  }
}

// Those for tokens are https://platform.openai.com/docs/guides/rate-limits
const TOKENS = new LimitHeaders("x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens");
const COST = new LimitHeaders("x-ratelimit-limit-cost", "x-ratelimit-remaining-cost", "x-ratelimit-reset-cost");

const headers = new HeaderPairs();
const number = new ByteBuffer();
const message = new ByteBuffer();
const NO_STORE = String.UTF8.encode("The token limit cannot be checked now. Try again later.");

/** Refuses a request whose tokens or money are used up. */
export function refuse(config: AiTokenRateLimitConfig, verdict: Verdict, unit: Unit): void {
  // Redis rounds to seconds: a retry after 0 s may be too early.
  const seconds = max<i64>(verdict.seconds, 1);
  headers.clear();
  add("retry-after", seconds);
  add("x-tokenratelimit-reset", seconds);
  headers.add(namesOf(unit).limit, amountOf(verdict.limit, unit));
  headers.add(namesOf(unit).remaining, amountOf(0, unit));
  headers.add(namesOf(unit).reset, timeOf(seconds));
  message.clear();
  if (unit == Unit.Cost) message.text("The cost limit of ").append(amountOf(verdict.limit, unit));
  else message.text("The limit of ").append(amountOf(verdict.limit, unit)).text(" tokens");
  message
    .text(" is reached. Try again in ")
    .integer(seconds)
    .text(seconds == 1 ? " second." : " seconds.");
  reject(config, "ai-token-ratelimit.rejected");
}

/** Refuses a request that needs more than a whole limit has: no later time helps. */
export function refuseTooLarge(config: AiTokenRateLimitConfig, limit: Rate, needed: i64): void {
  const unit = limit.unit;
  headers.clear();
  headers.add(namesOf(unit).limit, amountOf(limit.count, unit));
  message.clear();
  if (unit == Unit.Cost) {
    message.text("The request costs about ").append(amountOf(needed, unit));
    message.text(", more than the whole cost limit of ").append(amountOf(limit.count, unit)).text(".");
  } else {
    message.text("The request needs about ").integer(needed).text(" tokens, more than the whole limit of ");
    message.integer(limit.count).text(" tokens.");
  }
  reject(config, "ai-token-ratelimit.too_large");
}

/** Refuses a request for a model without a price, `ABSENT` if it names none: its cost would not be limited. */
export function refuseUnpriced(model: Slice): void {
  headers.clear();
  message.clear();
  message.text("The cost of this request is limited, but ");
  if (model == ABSENT) message.text("it names no model that has a price.");
  else if (sliceSize(model) > LONGEST_MODEL) message.text("its model has no price.");
  else message.text('the model "').append(model).text('" has no price.');
  const body = errorBodyFor(requestHeaders.first(":path"), 403, message.slice, "model_not_priced");
  sendLocalReply(403, "ai-token-ratelimit.unpriced", "application/json", body, headers);
}

/** Refuses a request whose limits are unknown. */
export function refuseWithoutStore(): void {
  headers.clear();
  add("retry-after", 1);
  const body = errorBodyFor(requestHeaders.first(":path"), 503, sliceOfBuffer(NO_STORE), "store_down");
  sendLocalReply(503, "ai-token-ratelimit.store_down", "application/json", body, headers);
}

/** Sets the headers of a response whose request has passed: those of the limit of which the smallest part was left. */
export function showLimit(response: HeaderMap, verdict: Verdict, unit: Unit): void {
  const names = namesOf(unit);
  response.setNamed(names.limitBytes, amountOf(verdict.limit, unit));
  response.setNamed(names.remainingBytes, amountOf(verdict.remaining, unit));
  response.setNamed(names.resetBytes, timeOf(verdict.seconds));
}

function reject(config: AiTokenRateLimitConfig, details: string): void {
  const code = config.rejectedCode;
  const text = config.rejectedMessage;
  if (text !== null) return sendLocalReply(code, details, "", sliceOfBuffer(text), headers);
  const body = errorBodyFor(requestHeaders.first(":path"), code, message.slice, "rate_limit_exceeded");
  sendLocalReply(code, details, "application/json", body, headers);
}

function add(name: string, value: i64): void {
  number.clear();
  headers.add(name, number.integer(value).slice);
}

// @ts-ignore: decorator
@inline
function namesOf(unit: Unit): LimitHeaders {
  return unit == Unit.Cost ? COST : TOKENS;
}

/** A number of tokens, or an amount of money; valid until the next call. */
function amountOf(amount: i64, unit: Unit): Slice {
  number.clear();
  if (unit == Unit.Cost) writeMoney(amount, number);
  else number.integer(amount);
  return number.slice;
}

function timeOf(seconds: i64): Slice {
  number.clear();
  return number.integer(seconds).byte(0x73).slice;
}
