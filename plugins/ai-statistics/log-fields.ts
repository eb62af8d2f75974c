import { FIELDS_STATE } from "../../assembly/ai/contract";
import { TokenUsage } from "../../assembly/ai/usage";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceSize } from "../../assembly/bytes/slice";
import { StructState } from "../../assembly/host/struct-state";
import { Account } from "./account";
import { TextCapture } from "./capture";
import { EndReason, END_REASONS, Fault, FAULTS } from "./end-reason";
import { OPERATIONS } from "./operation";

/** Costs are integers of 10^-9 of the currency. */
const COST_UNITS: f64 = 1_000_000_000;

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
  fields.text("response_model", account.responseModel).text("consumer", account.consumer);
  fields.text("response_id", account.facts.id.slice).text("finish_reason", account.facts.reason.slice);
  const usage = account.usage;
  if (usage) addUsage(usage);
  fields.ascii("usage_source", sourceOf(account));
  if (account.cost >= 0) fields.number("cost", <f64>account.cost / COST_UNITS);
  if (account.firstContent >= 0) fields.number("ttft_ms", <f64>account.firstContent);
  const perToken = account.timePerToken;
  if (perToken >= 0) fields.number("tpot_ms", perToken);
  fields.ascii("end_reason", unchecked(END_REASONS[account.endReason]));
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
  fields.ascii("operation", unchecked(OPERATIONS[account.operation])).text("provider", account.provider.slice);
  fields.text("original_model", account.requestModel.slice).text("request_model", modelOf(account));
  fields.text("session_id", account.sessionId.slice);
  if (account.status) fields.boolean("stream", account.isStream);
}

/** The operation and the model. https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/client-inference.md */
function addSpanName(account: Account): void {
  scratch.clear();
  scratch.text(unchecked(OPERATIONS[account.operation]));
  const model = modelOf(account);
  if (sliceSize(model)) scratch.byte(0x20).append(model);
  fields.text("span_name", scratch.slice);
}

/** The model that the provider was asked for, as far as it is known. */
function modelOf(account: Account): Slice {
  return account.mappedModel.size ? account.mappedModel.slice : account.requestModel.slice;
}

function addUsage(usage: TokenUsage): void {
  fields.number("input_tokens", <f64>usage.prompt).number("output_tokens", <f64>usage.completion);
  fields.number("total_tokens", <f64>usage.total);
  if (usage.cached) fields.number("cache_read_tokens", <f64>usage.cached);
  if (usage.cacheWrite) fields.number("cache_write_tokens", <f64>usage.cacheWrite);
  if (usage.reasoning) fields.number("reasoning_tokens", <f64>usage.reasoning);
}

/** `error.type`: the status where it says enough. https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/ */
function addFault(account: Account): void {
  const fault = account.fault;
  if (fault == Fault.Status) fields.text("error_type", statusText(account.status));
  else if (fault != Fault.None) fields.ascii("error_type", unchecked(FAULTS[fault]));
}

function statusText(status: i32): Slice {
  scratch.clear();
  return scratch.integer(status).slice;
}
