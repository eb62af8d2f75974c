import { FIELDS_STATE } from "../../assembly/ai/contract";
import { TokenUsage } from "../../assembly/ai/usage";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { constant } from "../../assembly/bytes/constant";
import { Slice, sliceSize } from "../../assembly/bytes/slice";
import { StructState } from "../../assembly/host/struct-state";
import { Account } from "./account";
import { TextCapture } from "./capture";
import { EndReason, END_REASONS, Fault, FAULTS } from "./end-reason";
import { OPERATIONS } from "./operation";

/** Costs are integers of 10^-9 of the currency. */
const COST_UNITS: f64 = 1_000_000_000;

const RESPONSE_MODEL = constant("response_model");
const CONSUMER = constant("consumer");
const RESPONSE_ID = constant("response_id");
const FINISH_REASON = constant("finish_reason");
const USAGE_SOURCE = constant("usage_source");
const COST = constant("cost");
const TTFT_MS = constant("ttft_ms");
const TPOT_MS = constant("tpot_ms");
const END_REASON = constant("end_reason");
const OPERATION = constant("operation");
const PROVIDER = constant("provider");
const ORIGINAL_MODEL = constant("original_model");
const REQUEST_MODEL = constant("request_model");
const SESSION_ID = constant("session_id");
const STREAM = constant("stream");
const SPAN_NAME = constant("span_name");
const INPUT_TOKENS = constant("input_tokens");
const OUTPUT_TOKENS = constant("output_tokens");
const TOTAL_TOKENS = constant("total_tokens");
const CACHE_READ_TOKENS = constant("cache_read_tokens");
const CACHE_WRITE_TOKENS = constant("cache_write_tokens");
const REASONING_TOKENS = constant("reasoning_tokens");
const ERROR_TYPE = constant("error_type");

const fields = new StructState(FIELDS_STATE);
const scratch = new ByteBuffer();

/** Declares the filter state; once for each configuration. */
export function defineFields(): void {
  fields.define();
}

/** Sets what is known before the response has ended, for a span that the client or the provider ends early. */
export function writeEarlyFields(account: Account): void {
  fields.begin();
  addNames(account);
  addSpanName(account);
  fields.set();
}

/** Sets all fields of a pass that has ended; `account.finish` was called. */
export function writeFields(account: Account, capture: TextCapture | null, isForSpan: bool): void {
  fields.begin();
  addNames(account);
  if (isForSpan) addSpanName(account);
  fields.text(RESPONSE_MODEL, account.responseModel).text(CONSUMER, account.consumer);
  fields.text(RESPONSE_ID, account.facts.id.slice).text(FINISH_REASON, account.facts.reason.slice);
  const usage = account.usage;
  if (usage) addUsage(usage);
  fields.ascii(USAGE_SOURCE, sourceOf(account));
  if (account.cost >= 0) fields.number(COST, <f64>account.cost / COST_UNITS);
  if (account.firstContent >= 0) fields.number(TTFT_MS, <f64>account.firstContent);
  const perToken = account.timePerToken;
  if (perToken >= 0) fields.number(TPOT_MS, perToken);
  fields.ascii(END_REASON, unchecked(END_REASONS[account.endReason]));
  addFault(account);
  if (capture) capture.write(fields);
  fields.set();
}

function sourceOf(account: Account): string {
  const usage = account.usage;
  if (account.endReason == EndReason.Cached) return "cache";
  if (usage === null) return "none";
  return usage.isEstimate ? "estimate" : "provider";
}

function addNames(account: Account): void {
  fields.ascii(OPERATION, unchecked(OPERATIONS[account.operation])).text(PROVIDER, account.provider.slice);
  fields.text(ORIGINAL_MODEL, account.requestModel.slice).text(REQUEST_MODEL, modelOf(account));
  fields.text(SESSION_ID, account.sessionId.slice);
  if (account.status) fields.boolean(STREAM, account.isStream);
}

/** The operation and the model. https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/client-inference.md */
function addSpanName(account: Account): void {
  scratch.clear();
  scratch.text(unchecked(OPERATIONS[account.operation]));
  const model = modelOf(account);
  if (sliceSize(model)) scratch.byte(0x20).append(model);
  fields.text(SPAN_NAME, scratch.slice);
}

/** The model that the provider was asked for, as far as it is known. */
function modelOf(account: Account): Slice {
  return account.mappedModel.size ? account.mappedModel.slice : account.requestModel.slice;
}

function addUsage(usage: TokenUsage): void {
  fields.number(INPUT_TOKENS, <f64>usage.prompt).number(OUTPUT_TOKENS, <f64>usage.completion);
  fields.number(TOTAL_TOKENS, <f64>usage.total);
  if (usage.cached) fields.number(CACHE_READ_TOKENS, <f64>usage.cached);
  if (usage.cacheWrite) fields.number(CACHE_WRITE_TOKENS, <f64>usage.cacheWrite);
  if (usage.reasoning) fields.number(REASONING_TOKENS, <f64>usage.reasoning);
}

/** `error.type`: the status where it says enough. https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/ */
function addFault(account: Account): void {
  const fault = account.fault;
  if (fault == Fault.Status) fields.text(ERROR_TYPE, statusText(account.status));
  else if (fault != Fault.None) fields.ascii(ERROR_TYPE, unchecked(FAULTS[fault]));
}

function statusText(status: i32): Slice {
  scratch.clear();
  return scratch.integer(status).slice;
}
