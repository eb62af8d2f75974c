import { TokenUsage } from "../../../assembly/ai/usage";
import { Slice } from "../../../assembly/bytes/slice";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Labels } from "../../../assembly/host/metric-labels";
import { counterKind, histogramKind, MetricKind, MetricSet, MetricTable } from "../../../assembly/host/metric-table";
import { Account } from "../account";
import { END_REASONS, EndReason, Fault, faultName } from "../end-reason";
import { OPERATIONS } from "../operation";
import {
  consumerLabel,
  folded,
  providerLabel,
  requestModelLabel,
  responseModelLabel,
  routeLabel,
} from "./label-values";
import { LabelSets, NO_SET } from "./label-sets";

// Names: https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/client-inference.md and, for those before,
// https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-metrics/. Envoy's histograms hold whole numbers: times are milliseconds.

/** The metrics of OpenTelemetry that are recorded, in the order of the option's values. */
export const enum Semconv {
  Latest,
  /** The names of the releases 1.36 to 1.41. */
  Older,
  Both,
}

/** The counters of tokens; each is there for every modality. */
const enum Tokens {
  Input,
  Output,
  CacheRead,
  CacheWrite,
  Reasoning,
  Count,
}

const enum Modality {
  Text,
  Audio,
  Image,
  Unknown,
  Count,
}

const TOKENS: string[] = [
  "input_tokens",
  "output_tokens",
  "cache_read_input_tokens",
  "cache_write_input_tokens",
  "reasoning_output_tokens",
];
const MODALITIES: string[] = ["text", "audio", "image", "unknown"];

/** The other metrics with the same labels. */
const enum Kind {
  InputTokens = Tokens.Count * Modality.Count,
  OutputTokens,
  TimeToFirstChunk,
  TimePerOutputChunk,
  OlderInputTokens,
  OlderOutputTokens,
  TimeToFirstToken,
  TimePerOutputToken,
  Cost,
  Estimated,
}

const enum Duration {
  Latest,
  Older,
}

const LATEST = "gen_ai_client_inference_";

const observations = new MetricTable(kinds(), folded);
const durations = new MetricTable(
  [histogramKind(`${LATEST}duration_milliseconds`), histogramKind("gen_ai_server_request_duration_milliseconds")],
  folded,
);
const requests = new MetricTable([counterKind("ai_statistics_requests_total")], folded);
const labels = new Labels();
const text = new ByteBuffer();

function kinds(): MetricKind[] {
  const all: MetricKind[] = [];
  for (let i = 0; i < TOKENS.length; i++)
    for (let j = 0; j < MODALITIES.length; j++) {
      all.push(counterKind(`[gen_ai_token_modality=${MODALITIES[j]}]${LATEST}usage_${TOKENS[i]}`));
    }
  all.push(histogramKind(`${LATEST}operation_input_tokens`));
  all.push(histogramKind(`${LATEST}operation_output_tokens`));
  all.push(histogramKind(`${LATEST}time_to_first_chunk_milliseconds`));
  all.push(histogramKind(`${LATEST}time_per_output_chunk_milliseconds`));
  all.push(histogramKind("[gen_ai_token_type=input]gen_ai_client_token_usage"));
  all.push(histogramKind("[gen_ai_token_type=output]gen_ai_client_token_usage"));
  all.push(histogramKind("gen_ai_server_time_to_first_token_milliseconds"));
  all.push(histogramKind("gen_ai_server_time_per_output_token_milliseconds"));
  all.push(counterKind("ai_statistics_cost_nano_total"));
  all.push(counterKind("ai_statistics_tokens_estimated_total"));
  return all;
}

/** The label set of a pass; it is looked up once, as soon as its first chunk has arrived. */
export function labelSetOf(account: Account, limit: i32): MetricSet {
  labels.clear().add("gen_ai_operation_name", OPERATIONS[account.operation]);
  labels.add("gen_ai_provider_name", providerLabel(account));
  labels.add("gen_ai_request_model", requestModelLabel(account));
  labels.add("gen_ai_response_model", responseModelLabel(account));
  labels.add("consumer", consumerLabel(account)).add("route", routeLabel(account));
  return observations.setOf(labels.slice, limit);
}

/** Records the time between two chunks of a stream. */
export function recordChunk(set: MetricSet, milliseconds: i64): void {
  observations.record(set, Kind.TimePerOutputChunk, milliseconds);
}

/** Records a pass that has ended. */
export function recordPass(account: Account, sets: LabelSets, semconv: Semconv, limit: i32): void {
  const usage = account.usage;
  const set = sets.observations;
  if (semconv != Semconv.Older) recordLatest(account, set, usage);
  if (semconv != Semconv.Latest) recordOlder(account, set, usage);
  if (account.cost >= 0) observations.count(set, Kind.Cost, account.cost);
  if (usage && usage.isEstimate) observations.count(set, Kind.Estimated, usage.prompt + usage.completion);
  recordEnd(account, sets, semconv, limit);
}

function recordLatest(account: Account, set: MetricSet, usage: TokenUsage | null): void {
  if (account.firstContent >= 0) observations.record(set, Kind.TimeToFirstChunk, account.firstContent);
  if (usage === null) {
    // What is counted for a call of which no usage is known.
    count(set, Tokens.Input, Modality.Unknown, 0);
    return count(set, Tokens.Output, Modality.Unknown, 0);
  }
  countSide(set, usage, false);
  countSide(set, usage, true);
  if (usage.cached) count(set, Tokens.CacheRead, Modality.Text, usage.cached);
  if (usage.cacheWrite) count(set, Tokens.CacheWrite, Modality.Text, usage.cacheWrite);
  if (usage.reasoning) count(set, Tokens.Reasoning, Modality.Text, usage.reasoning);
  observations.record(set, Kind.InputTokens, usage.prompt);
  observations.record(set, Kind.OutputTokens, usage.completion);
}

function recordOlder(account: Account, set: MetricSet, usage: TokenUsage | null): void {
  if (account.firstContent >= 0) observations.record(set, Kind.TimeToFirstToken, account.firstContent);
  if (usage === null) return;
  observations.record(set, Kind.OlderInputTokens, usage.prompt);
  observations.record(set, Kind.OlderOutputTokens, usage.completion);
  const perToken = account.timePerToken;
  if (perToken >= 0) observations.record(set, Kind.TimePerOutputToken, <i64>nearest(perToken));
}

/** The tokens of one side: those that the provider reports as audio or images, and all others as text. */
function countSide(set: MetricSet, usage: TokenUsage, isOutput: bool): void {
  const all = isOutput ? usage.completion : usage.prompt;
  const audio = min(usage.audio(isOutput), all);
  const image = min(usage.image(isOutput), all - audio);
  const kind = isOutput ? Tokens.Output : Tokens.Input;
  count(set, kind, Modality.Text, all - audio - image);
  if (audio) count(set, kind, Modality.Audio, audio);
  if (image) count(set, kind, Modality.Image, image);
}

function count(set: MetricSet, tokens: Tokens, modality: Modality, amount: i64): void {
  observations.count(set, <i32>tokens * <i32>Modality.Count + <i32>modality, amount);
}

/** A pass that was sent again is an attempt: it has an end, and no duration of a request. */
function recordEnd(account: Account, sets: LabelSets, semconv: Semconv, limit: i32): void {
  const isUsual = account.endReason == EndReason.Finished && account.fault == Fault.None;
  const hasDuration = account.endReason != EndReason.Redirected && account.duration >= 0;
  let duration = isUsual ? sets.duration : NO_SET;
  let request = isUsual ? sets.request : NO_SET;
  if (request == NO_SET || (hasDuration && duration == NO_SET)) {
    const before = folded.times;
    labels.clear().append(observations.labelsOf(sets.observations));
    if (account.fault != Fault.None) labels.add("error_type", errorType(account));
    if (hasDuration) duration = durations.setOf(labels.slice, limit);
    labels.add("end_reason", END_REASONS[account.endReason]);
    request = requests.setOf(labels.slice, limit);
    if (isUsual && folded.times == before) {
      sets.duration = duration;
      sets.request = request;
    }
  }
  if (hasDuration) {
    if (semconv != Semconv.Older) durations.record(duration, Duration.Latest, account.duration);
    if (semconv != Semconv.Latest) durations.record(duration, Duration.Older, account.duration);
  }
  requests.count(request, 0, 1);
}

/** `error.type`: the status of the provider, or what has happened. */
function errorType(account: Account): Slice {
  if (account.fault != Fault.Status) return faultName(account.fault);
  text.clear();
  return text.integer(account.status).slice;
}
