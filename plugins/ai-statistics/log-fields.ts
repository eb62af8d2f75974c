import { FIELDS_STATE } from "../../assembly/ai/contract";
import { TokenUsage } from "../../assembly/ai/usage";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { constants } from "../../assembly/bytes/constant";
import { Slice, sliceSize } from "../../assembly/bytes/slice";
import { StructState } from "../../assembly/host/struct-state";
import { Account } from "./account";
import { TextCapture } from "./capture";
import { EndReason, END_REASONS, Fault, faultName } from "./end-reason";
import { OPERATIONS } from "./operation";

/** Costs are integers of 10^-9 of the currency. */
const COST_UNITS: f64 = 1_000_000_000;

/** The fields. */
const enum Field {
  ResponseModel,
  Consumer,
  ResponseId,
  FinishReason,
  UsageSource,
  Cost,
  TtftMs,
  TpotMs,
  EndReason,
  Operation,
  Provider,
  OriginalModel,
  RequestModel,
  SessionId,
  Stream,
  SpanName,
  InputTokens,
  OutputTokens,
  TotalTokens,
  CacheReadTokens,
  CacheWriteTokens,
  ReasoningTokens,
  ErrorType,
}

/** Their names, in the order of `Field`. */
const NAMES = constants(
  "response_model consumer response_id finish_reason usage_source cost ttft_ms tpot_ms end_reason operation provider original_model request_model session_id stream span_name input_tokens output_tokens total_tokens cache_read_tokens cache_write_tokens reasoning_tokens error_type",
);

const enum Source {
  Provider,
  Estimate,
  Cache,
  None,
}

/** The values of the source of the usage, in the order of `Source`. */
const SOURCES = constants("provider estimate cache none");

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
  fields.text(nameOf(Field.ResponseModel), account.responseModel).text(nameOf(Field.Consumer), account.consumer);
  fields
    .text(nameOf(Field.ResponseId), account.facts.id.slice)
    .text(nameOf(Field.FinishReason), account.facts.reason.slice);
  const usage = account.usage;
  if (usage) addUsage(usage);
  fields.text(nameOf(Field.UsageSource), sourceOf(account));
  if (account.cost >= 0) fields.number(nameOf(Field.Cost), <f64>account.cost / COST_UNITS);
  if (account.firstContent >= 0) fields.number(nameOf(Field.TtftMs), <f64>account.firstContent);
  const perToken = account.timePerToken;
  if (perToken >= 0) fields.number(nameOf(Field.TpotMs), perToken);
  fields.text(nameOf(Field.EndReason), unchecked(END_REASONS[account.endReason]));
  addFault(account);
  if (capture) capture.write(fields);
  fields.set();
}

function sourceOf(account: Account): Slice {
  const usage = account.usage;
  if (account.endReason == EndReason.Cached) return unchecked(SOURCES[Source.Cache]);
  if (usage === null) return unchecked(SOURCES[Source.None]);
  return unchecked(SOURCES[usage.isEstimate ? Source.Estimate : Source.Provider]);
}

function addNames(account: Account): void {
  fields
    .text(nameOf(Field.Operation), unchecked(OPERATIONS[account.operation]))
    .text(nameOf(Field.Provider), account.provider.slice);
  fields
    .text(nameOf(Field.OriginalModel), account.requestModel.slice)
    .text(nameOf(Field.RequestModel), modelOf(account));
  fields.text(nameOf(Field.SessionId), account.sessionId.slice);
  if (account.status) fields.boolean(nameOf(Field.Stream), account.isStream);
}

/** The operation and the model. https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/client-inference.md */
function addSpanName(account: Account): void {
  scratch.clear();
  scratch.append(unchecked(OPERATIONS[account.operation]));
  const model = modelOf(account);
  if (sliceSize(model)) scratch.byte(0x20).append(model);
  fields.text(nameOf(Field.SpanName), scratch.slice);
}

/** The model that the provider was asked for, as far as it is known. */
function modelOf(account: Account): Slice {
  return account.mappedModel.size ? account.mappedModel.slice : account.requestModel.slice;
}

function addUsage(usage: TokenUsage): void {
  fields.number(nameOf(Field.InputTokens), <f64>usage.prompt).number(nameOf(Field.OutputTokens), <f64>usage.completion);
  fields.number(nameOf(Field.TotalTokens), <f64>usage.total);
  if (usage.cached) fields.number(nameOf(Field.CacheReadTokens), <f64>usage.cached);
  if (usage.cacheWrite) fields.number(nameOf(Field.CacheWriteTokens), <f64>usage.cacheWrite);
  if (usage.reasoning) fields.number(nameOf(Field.ReasoningTokens), <f64>usage.reasoning);
}

/** `error.type`: the status where it says enough. https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/ */
function addFault(account: Account): void {
  const fault = account.fault;
  if (fault == Fault.Status) fields.text(nameOf(Field.ErrorType), statusText(account.status));
  else if (fault != Fault.None) fields.text(nameOf(Field.ErrorType), faultName(fault));
}

function statusText(status: i32): Slice {
  scratch.clear();
  return scratch.integer(status).slice;
}

// @ts-ignore: decorator
@inline
function nameOf(field: Field): Slice {
  return unchecked(NAMES[field]);
}
