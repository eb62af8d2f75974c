import { ByteBuffer } from "../bytes/buffer";
import {
  ABSENT,
  includesIgnoringCase,
  Slice,
  sliceEquals,
  sliceSize,
  sliceStartsWith,
  startsWithIgnoringCase,
  subslice,
  trimmed,
} from "../bytes/slice";
import { jsonFirst, jsonGet, JsonKind, jsonKind, jsonUtf8 } from "../json/value";
import { jsonValidate } from "../json/validate";

/** What the body of an error says about its cause. */
export const enum Failure {
  /** It is no error object, or one of another kind. */
  Other,
  /** The API key is not valid. */
  BadKey,
  /** The account has no money left. */
  Credit,
  /** The account has used up what it may use until it gets a larger plan. */
  Quota,
  /** Too many requests or tokens in a short time. */
  RateLimit,
  /** The provider has too much to do. */
  Overloaded,
  /** The request is longer than the model's context. */
  ContextLength,
  /** The request asks for what the account may not have, or for too much at once; others of the same API key are served. */
  Request,
}

/** A message is searched up to here. */
const LONGEST_MESSAGE = 2048;

const messageBytes = new ByteBuffer();
const kindBytes = new ByteBuffer();
const codeBytes = new ByteBuffer();

/**
 * The cause that an error body names: OpenAI's and those like it, Anthropic's, Google's, DashScope's and Mistral's. `body` is
 * JSON (anything else is `Other`). Keys and accounts are judged by codes and by how a message begins, never by what stands within
 * it, since a provider may quote the client there.
 * https://platform.openai.com/docs/guides/error-codes
 * https://docs.claude.com/en/api/errors
 * https://ai.google.dev/gemini-api/docs/troubleshooting
 * https://www.alibabacloud.com/help/en/model-studio/error-code
 * https://api-docs.deepseek.com/quick_start/error_codes
 * https://platform.moonshot.ai/docs/api/errors
 * https://openrouter.ai/docs/errors
 */
export function failureOf(body: Slice): Failure {
  const text = trimmed(body);
  if (!sliceSize(text) || jsonValidate(text)) return Failure.Other;
  // Google's streams that are no event streams wrap an error in an array.
  const first = jsonFirst(text);
  return failureOfObject(first == ABSENT ? text : first);
}

/** The same for a valid JSON object that is an error, or holds one as `error`. */
function failureOfObject(object: Slice): Failure {
  const nested = jsonGet(object, "error");
  const error = jsonKind(nested) == JsonKind.Object ? nested : object;
  const message = textOf(jsonKind(nested) == JsonKind.String ? nested : jsonGet(error, "message"), messageBytes);
  const code = textOf(jsonGet(error, "code"), codeBytes);
  const kind = textOf(
    jsonGet(error, jsonKind(jsonGet(error, "type")) == JsonKind.String ? "type" : "status"),
    kindBytes,
  );
  // OpenRouter names the input that a moderation flagged.
  if (beginsLikeOne(message, REQUEST_MESSAGES) || jsonGet(jsonGet(error, "metadata"), "flagged_input") != ABSENT)
    return Failure.Request;
  const byCode = failureOfCode(code, message);
  if (byCode != Failure.Other) return byCode;
  const byMessage = failureOfMessage(subslice(message, 0, LONGEST_MESSAGE));
  return byMessage != Failure.Other ? byMessage : failureOfCode(kind, message);
}

/** The cause that a `code`, a `type` or a `status` names. */
function failureOfCode(code: Slice, message: Slice): Failure {
  if (!sliceSize(code)) return Failure.Other;
  // DashScope calls its limits per minute a quota, and sends them with the code of OpenAI for one.
  // https://www.alibabacloud.com/help/en/model-studio/error-code#token-limit
  if (sliceEquals(code, "insufficient_quota")) {
    const isThrottled = includesIgnoringCase(subslice(message, 0, LONGEST_MESSAGE), "#token-limit");
    return isThrottled ? Failure.RateLimit : Failure.Quota;
  }
  if (sliceStartsWith(code, "Throttling") || sliceStartsWith(code, "LimitRequests")) return Failure.RateLimit;
  if (isOneOf(code, BAD_KEY)) return Failure.BadKey;
  if (isOneOf(code, CREDIT)) return Failure.Credit;
  if (isOneOf(code, QUOTA)) return Failure.Quota;
  if (isOneOf(code, RATE_LIMIT)) return Failure.RateLimit;
  if (isOneOf(code, OVERLOADED)) return Failure.Overloaded;
  if (isOneOf(code, REQUEST)) return Failure.Request;
  return isOneOf(code, CONTEXT_LENGTH) ? Failure.ContextLength : Failure.Other;
}

/** Whether a message that begins with this text, which a client wrote, would be taken for one about the API key. */
export function readsLikeFailure(text: Slice): bool {
  return beginsLikeOne(text, BAD_KEY_MESSAGES) || beginsLikeOne(text, CREDIT_MESSAGES);
}

function failureOfMessage(message: Slice): Failure {
  if (beginsLikeOne(message, BAD_KEY_MESSAGES)) return Failure.BadKey;
  if (beginsLikeOne(message, CREDIT_MESSAGES)) return Failure.Credit;
  for (let i = 0; i < CONTEXT_MESSAGES.length; i++) {
    if (includesIgnoringCase(message, CONTEXT_MESSAGES[i])) return Failure.ContextLength;
  }
  return Failure.Other;
}

function isOneOf(code: Slice, codes: string[]): bool {
  for (let i = 0; i < codes.length; i++) if (sliceEquals(code, codes[i])) return true;
  return false;
}

function beginsLikeOne(message: Slice, beginnings: string[]): bool {
  for (let i = 0; i < beginnings.length; i++) if (startsWithIgnoringCase(message, beginnings[i])) return true;
  return false;
}

function textOf(value: Slice, scratch: ByteBuffer): Slice {
  scratch.release(LONGEST_MESSAGE);
  return jsonKind(value) == JsonKind.String ? jsonUtf8(value, scratch) : ABSENT;
}

const BAD_KEY: string[] = [
  "invalid_api_key",
  "InvalidApiKey",
  "invalid_authentication_error",
  "incorrect_api_key_error",
  "authentication_error",
  "account_deactivated",
  "UNAUTHENTICATED",
];

const CREDIT: string[] = [
  "billing_error",
  "billing_hard_limit_reached",
  "billing_not_active",
  "Arrearage",
  "PrepaidBillOverdue",
  "PostpaidBillOverdue",
  "insufficient_balance",
];

const QUOTA: string[] = ["exceeded_current_quota_error", "AllocationQuota.FreeTierOnly", "CommodityNotPurchased"];

const RATE_LIMIT: string[] = [
  "rate_limit_exceeded",
  "rate_limit_error",
  "rate_limit_reached_error",
  "rate_limited",
  "limit_requests",
  "limit_burst_rate",
  "RESOURCE_EXHAUSTED",
];

const OVERLOADED: string[] = [
  "overloaded_error",
  "engine_overloaded_error",
  "engine_overloaded",
  "server_is_overloaded",
  "slow_down",
  "ServiceUnavailable",
  "ModelServingError",
  "UNAVAILABLE",
];

const CONTEXT_LENGTH: string[] = ["context_length_exceeded", "string_above_max_length"];

/** Anthropic's `permission_error` is about the resource that the request names. */
const REQUEST: string[] = [
  "model_not_found",
  "permission_error",
  "content_policy_violation",
  "unsupported_country_region_territory",
  "Model.AccessDenied",
  "Workspace.AccessDenied",
];

/** OpenAI's of a request above the whole limit per minute, Anthropic's, OpenRouter's of its `max_tokens`, and xAI's. In lower case. */
const REQUEST_MESSAGES: string[] = [
  "request too large for",
  "extra usage is required for long context",
  "this request requires more credits, or fewer max_tokens",
  "content violates usage guidelines",
];

/** In lower case, as the ones below. */
const BAD_KEY_MESSAGES: string[] = [
  "invalid api key",
  "incorrect api key",
  "api key not valid",
  "api key expired",
  "invalid x-api-key",
  "invalid api-key",
];

const CREDIT_MESSAGES: string[] = ["your credit balance is too low", "insufficient balance", "insufficient credits"];

/** What providers say of a request that is too long: OpenAI and vLLM, Anthropic, DashScope, Google, vLLM, llama.cpp, Bedrock. */
const CONTEXT_MESSAGES: string[] = [
  "maximum context length",
  "prompt is too long",
  "range of input length should be",
  "input token count exceeds the maximum",
  "maximum model length",
  "exceeds the available context size",
  "input is too long for requested model",
];
