import { SseTransform } from "../../../assembly/ai/hub/sse-transform";
import { Api } from "../../../assembly/ai/api";
import { DashScopeReader } from "../../../assembly/ai/protocols/dashscope/reader";
import { TokenUsage } from "../../../assembly/ai/usage";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, sliceOf } from "../../../assembly/bytes/slice";
import { ConfigReader } from "../../../assembly/config/reader";
import { ConfigReport } from "../../../assembly/config/report";
import { JsonDocument } from "../../../assembly/json/document";
import { JsonError } from "../../../assembly/json/validate";
import { jsonContent, jsonGet, jsonIsTrue } from "../../../assembly/json/value";
import { Exchange } from "../../../plugins/ai-proxy/exchange";
import { ProviderConfig } from "../../../plugins/ai-proxy/config/provider-config";
import { qwen } from "../../../plugins/ai-proxy/providers/qwen";
import { EventRecord } from "./event-record";
import { out } from "./output";

export { memoryBytes, outSize, outStart } from "./output";

const request = new JsonDocument();
const response = new JsonDocument();
const tail = new ByteBuffer();
let config = new ProviderConfig(0, qwen);
let exchange: Exchange = begun(config);
let transform: SseTransform | null = null;

/** Reads a provider's configuration; writes its errors and warnings, one per line, and returns the number of errors. */
export function configure(start: usize, size: i32): i32 {
  const report = new ConfigReport();
  const reader = new ConfigReader(sliceOf(start, size), "$", report);
  reader.text("type");
  config = ProviderConfig.read(reader, 0, qwen);
  out.clear();
  for (let i = 0; i < report.errors.length; i++) out.text("error: ").text(report.errors[i]).text("\n");
  for (let i = 0; i < report.warnings.length; i++) out.text("warning: ").text(report.warnings[i]).text("\n");
  return report.errors.length;
}

/** Starts an exchange like the filter, and translates the client's body: 0 if it was refused, -1 if it is not JSON. */
export function translateRequest(api: i32, start: usize, size: i32): i32 {
  exchange.reset();
  exchange = begun(config);
  exchange.api = <Api>api;
  exchange.created = 1700000000;
  out.clear();
  if (request.parse(sliceOf(start, size)) != JsonError.None) return -1;
  exchange.model.append(jsonContent(request.get("model")));
  exchange.streaming = jsonIsTrue(request.get("stream"));
  exchange.includeUsage = jsonIsTrue(jsonGet(request.get("stream_options"), "include_usage"));
  if (qwen.translateRequest(exchange, request, out)) return 1;
  out.clear();
  out.integer(exchange.refusalStatus).text(" ").text(exchange.refusalParam).text(" ").text(exchange.refusalMessage);
  return 0;
}

/** Writes host and path of a request for an API with the tail `/…`, "" where it has none; and how bodies are treated. */
export function describe(api: i32): void {
  exchange.api = <Api>api;
  tail.clear();
  exchange.tail = tail.text("/…").slice;
  out.clear();
  out.text(config.host);
  if (qwen.serves(exchange)) qwen.writePath(exchange, out);
  out.text(" ").integer(qwen.requestTreatment(exchange)).text(" ").integer(qwen.responseTreatment(exchange));
}

/** Writes the changes of the request headers, one per line. */
export function headers(): void {
  out.clear();
  const edits = exchange.headers;
  for (let i = 0; i < edits.count; i++) {
    out
      .text(edits.nameAt(i))
      .text(edits.isRemoval(i) ? " removed" : ": ")
      .text(edits.textAt(i))
      .text("\n");
  }
}

/** Writes the token usage. */
export function usage(): void {
  out.clear();
  exchange.usage.write(out);
}

/** Writes the message and the code of an error response. */
export function readError(start: usize, size: i32): void {
  out.clear();
  if (response.parse(sliceOf(start, size)) != JsonError.None) return;
  const message = qwen.errorMessage(response);
  const code = qwen.errorCode(response);
  out.append(message == ABSENT ? sliceOf(out.start, 0) : message).text(" ");
  if (code != ABSENT) out.append(code);
}

/** Translates a whole response: 0 if it is not a response, -1 if it is not JSON. */
export function translateResponse(start: usize, size: i32): i32 {
  out.clear();
  if (response.parse(sliceOf(start, size)) != JsonError.None) return -1;
  return qwen.translateResponse(exchange, response, out) ? 1 : 0;
}

/** Starts a stream; its output is what was written since the last chunk. */
export function openStream(limit: i32): void {
  const last = transform;
  if (last !== null) last.free();
  const next = qwen.translateStream(exchange) as SseTransform;
  next.decoder.limit = limit;
  transform = next;
}

export function pushStream(start: usize, size: i32): void {
  out.clear();
  transform!.push(sliceOf(start, size), out);
}

/** Streams a whole stream in chunks of `step` bytes, and ends it. */
export function stream(start: usize, size: i32, step: i32): void {
  openStream(1 << 20);
  out.clear();
  for (let at = 0; at < size; at += step) transform!.push(sliceOf(start + at, min(step, size - at)), out);
  transform!.end(out);
}

/** Streams a whole stream in two chunks. */
export function streamCutAt(start: usize, size: i32, at: i32): void {
  openStream(1 << 20);
  out.clear();
  transform!.push(sliceOf(start, at), out);
  transform!.push(sliceOf(start + at, size - at), out);
  transform!.end(out);
}

export function endStream(): void {
  out.clear();
  transform!.end(out);
}

/** Records the events of a stream that comes in chunks of `step` bytes; `choices` were asked for. */
export function recordStream(start: usize, size: i32, step: i32, choices: i32, isCumulative: bool): void {
  const record = new EventRecord();
  record.isCumulative = isCumulative;
  const reader = new DashScopeReader(record, new TokenUsage(), choices);
  out.clear();
  for (let at = 0; at < size; at += step) reader.push(sliceOf(start + at, min(step, size - at)), out);
  reader.end(out);
  reader.free();
}

/** Records the events of a whole response; `false` if it is none. */
export function recordWhole(start: usize, size: i32): bool {
  const reader = new DashScopeReader(new EventRecord(), new TokenUsage(), 1);
  out.clear();
  const isRead = response.parse(sliceOf(start, size)) == JsonError.None && reader.readWhole(response, out);
  reader.free();
  return isRead;
}

function begun(config: ProviderConfig): Exchange {
  const exchange = new Exchange();
  exchange.begin(config);
  return exchange;
}
