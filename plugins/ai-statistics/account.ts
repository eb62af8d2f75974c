import { Api } from "../../assembly/ai/api";
import { isPlainJson } from "../../assembly/ai/content-type";
import { FirstContent, readContentEvent } from "../../assembly/ai/content-event";
import {
  CONSUMER_STATE,
  CUT_STATE,
  MODEL_HEADER,
  PROVIDER_HEADER,
  ROUTED_MODEL_HEADER,
} from "../../assembly/ai/contract";
import { PriceTable } from "../../assembly/ai/prices/price-table";
import { TokenUsage, UsageStatus } from "../../assembly/ai/usage";
import { UsageWatch } from "../../assembly/ai/usage-watch";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { constant } from "../../assembly/bytes/constant";
import { ABSENT, Slice, sliceEquals, sliceSize, startsWithIgnoringCase } from "../../assembly/bytes/slice";
import { monotonic } from "../../assembly/host/clock";
import { FilterState } from "../../assembly/host/filter-state";
import { HeaderMap } from "../../assembly/host/headers";
import { clusterName, codeDetails, namedProperty, routeName } from "../../assembly/host/property";
import { isUnderWay } from "../../assembly/limit/request-state";
import { spentUsage } from "../../assembly/limit/spent-tokens";
import { SseDecoder } from "../../assembly/sse/decoder";
import { ChunkListener } from "./chunk-listener";
import { EndReason, endReasonOf, Fault, faultOf } from "./end-reason";
import { EventListener } from "./event-listener";
import { Marks, marksOf } from "./event-marks";
import { Facts } from "./facts";
import { apiOf, Operation, operationOf } from "./operation";

const MILLISECOND: u64 = 1_000_000;
/** Bytes of a name that are kept. */
const LONGEST_NAME: i32 = 256;

const ROUTED_MODEL = constant(ROUTED_MODEL_HEADER);
const MODEL = constant(MODEL_HEADER);
const PROVIDER = constant(PROVIDER_HEADER);

const consumerState = new FilterState(CONSUMER_STATE);

/**
 * What is known of one pass of a request. The filter calls `begin`, `respond`, `push` for each chunk of the body, and `finish` in
 * `onLog`. Times are milliseconds. A client that asks for a stream and gets a whole response has no stream.
 */
export class Account {
  /** The API that the path names. */
  api: Api = Api.Unknown;
  /** What the request asks the model for. */
  operation: Operation = Operation.Other;
  /** The status of the response; 0 before it. */
  status: i32 = 0;
  /** Whether the response is a stream of events. */
  isStream: bool = false;
  /** The model that the client named; empty if it is not known: without a filter that reads the body. */
  readonly requestModel: ByteBuffer = new ByteBuffer();
  /** The model that the provider was asked for; empty if it is not known. */
  readonly mappedModel: ByteBuffer = new ByteBuffer();
  /** The provider that served; empty if it is not known. */
  readonly provider: ByteBuffer = new ByteBuffer();
  /** The id of the response and why the model has stopped, if the body was read. */
  readonly facts: Facts;
  /** The id of the session that the request names; empty without one. */
  readonly sessionId: ByteBuffer = new ByteBuffer();
  /** The messages of users in the request; 0 if the body was not read. */
  userMessages: i32 = 0;
  /** The time until the first event with content; -1 without any. */
  firstContent: i64 = -1;
  /** The events with data since then, that one included. */
  chunks: i32 = 0;
  /** The estimated tokens of the prompt; -1 if no usage is estimated. The filter that reads the request sets it. */
  promptEstimate: i64 = -1;
  /** Is told each event; `null` for nobody. */
  listener: EventListener | null = null;
  /** Is told each chunk; `null` for nobody. */
  chunkListener: ChunkListener | null = null;

  /** The time until the end; -1 if it is not known. `finish` sets this and what follows. */
  duration: i64 = 0;
  /** The tokens; `null` without any. Valid until `onLog` returns. */
  usage: TokenUsage | null = null;
  /** What the response cost, in 10^-9 of the currency; -1 if there is no price. */
  cost: i64 = -1;
  /** The consumer that key-auth has identified; empty without one. Valid, as the next two, until the callback returns. */
  consumer: Slice = ABSENT;
  /** The route. */
  route: Slice = ABSENT;
  /** The cluster of the route. */
  cluster: Slice = ABSENT;
  /** How the pass has ended. */
  endReason: EndReason = EndReason.Finished;
  /** Why it has failed. */
  fault: Fault = Fault.None;

  private readonly watch: UsageWatch;
  private readonly decoder: SseDecoder = new SseDecoder();
  private hasStreamError: bool = false;
  private startedAt: u64 = 0;
  private lastChunkAt: u64 = 0;

  constructor() {
    const facts = new Facts();
    this.facts = facts;
    this.watch = new UsageWatch(facts);
  }

  /** The request headers have arrived. */
  begin(headers: HeaderMap, path: Slice): void {
    this.startedAt = monotonic();
    this.api = apiOf(path);
    this.operation = operationOf(this.api, path);
    name(this.requestModel, headers.of(ROUTED_MODEL));
  }

  /** The response headers have arrived. Returns whether the account reads the body: the filter then passes it to `push`. */
  respond(headers: HeaderMap, contentType: Slice): bool {
    this.status = headers.status;
    name(this.mappedModel, headers.of(MODEL));
    name(this.provider, headers.of(PROVIDER));
    this.isStream = !isPlainJson(contentType) && startsWithIgnoringCase(contentType, "text/event-stream");
    return this.isStream || this.watch.begin(contentType);
  }

  /** A chunk of the response's body. */
  push(chunk: Slice, isLast: bool): void {
    if (!this.isStream) return isLast ? this.watch.pushLast(chunk) : this.watch.push(chunk);
    const decoder = this.decoder;
    let now: u64 = 0;
    decoder.push(chunk);
    while (decoder.next()) {
      if (!decoder.hasData) continue;
      if (!now) now = monotonic();
      this.readEvent(now);
    }
  }

  /** Whether the request headers have arrived. A request to which a filter before this one has replied has none until `onLog`. */
  get hasBegun(): bool {
    return this.startedAt != 0;
  }

  /** In `onLog`, in place of `begin` and `respond`: a filter before this one has replied. Its duration is not known. */
  observeRefused(request: HeaderMap, path: Slice, response: HeaderMap): void {
    this.begin(request, path);
    this.respond(response, response.get("content-type"));
    this.startedAt = 0;
  }

  /** The stream has ended, in `onLog`. */
  finish(): void {
    const now = monotonic();
    if (this.isStream && this.decoder.finish() && this.decoder.hasData) this.readEvent(now);
    // It names the model.
    if (!this.isStream) this.watch.finish();
    this.duration = this.since(now);
    const details = codeDetails();
    // Another way of asking would cost every request a host call.
    this.endReason = this.isStream && sliceSize(namedProperty(CUT_STATE)) ? EndReason.Cut : endReasonOf(details);
    this.fault = faultOf(this.endReason, details, this.status, this.hasStreamError);
    this.readNames();
    this.usage = spentUsage(this.watch, this.isServed ? this.promptEstimate : -1);
  }

  /** Sets the cost: by the price of the model that the provider was asked for, else by that of the one that the response names. */
  price(prices: PriceTable): void {
    const usage = this.usage;
    if (usage === null) return;
    const mapped = this.mappedModel.slice;
    let price = sliceSize(mapped) ? prices.find(mapped) : null;
    if (price === null) price = prices.find(this.responseModel);
    if (price) this.cost = price.costOf(usage);
  }

  /** Reads the consumer, the route and the cluster; `finish` does it too. */
  readNames(): void {
    this.consumer = consumerState.get();
    this.route = routeName();
    this.cluster = clusterName();
  }

  /** The model that the response names; empty if it names none, or the body was not read. */
  get responseModel(): Slice {
    return this.watch.model.slice;
  }

  /**
   * Milliseconds per token after the first content, on average; -1 if this says nothing: no stream, one token, or no usage.
   */
  get timePerToken(): f64 {
    const usage = this.usage;
    if (usage === null || usage.completion < 2 || this.firstContent < 0) return -1;
    return <f64>(this.duration - this.firstContent) / <f64>(usage.completion - 1);
  }

  /** Forgets the request. */
  reset(): void {
    this.api = Api.Unknown;
    this.operation = Operation.Other;
    this.status = 0;
    this.requestModel.release(LONGEST_NAME);
    this.mappedModel.release(LONGEST_NAME);
    this.provider.release(LONGEST_NAME);
    this.facts.reset();
    this.sessionId.release(LONGEST_NAME);
    this.userMessages = 0;
    this.firstContent = -1;
    this.chunks = 0;
    this.promptEstimate = -1;
    this.listener = null;
    this.chunkListener = null;
    this.duration = 0;
    this.usage = null;
    this.cost = -1;
    this.consumer = ABSENT;
    this.route = ABSENT;
    this.cluster = ABSENT;
    this.endReason = EndReason.Finished;
    this.fault = Fault.None;
    this.watch.reset();
    if (this.isStream) this.decoder.free();
    this.isStream = false;
    this.hasStreamError = false;
    this.startedAt = 0;
    this.lastChunkAt = 0;
  }

  /** Frees the memory; the object is not used again. */
  free(): void {
    this.requestModel.dispose();
    this.mappedModel.dispose();
    this.provider.dispose();
    this.facts.dispose();
    this.sessionId.dispose();
    this.watch.free();
    this.decoder.dispose();
  }

  private readEvent(now: u64): void {
    const data = this.decoder.data;
    const listener = this.listener;
    if (this.firstContent < 0) this.readBeginning(data, now);
    else this.readFurther(data, now);
    if (listener) listener.onEvent(data);
  }

  /** Events up to the first one with content are read whole: they name the model. */
  private readBeginning(data: Slice, now: u64): void {
    const content = this.contentOf(data);
    this.readUsage(data);
    if (content != FirstContent.Content) return;
    this.firstContent = this.since(now);
    this.chunks = 1;
    this.lastChunkAt = now;
  }

  /** Of the events after it those alone are parsed that can have usage or be an error, unless the output is estimated. */
  private readFurther(data: Slice, now: u64): void {
    if (sliceEquals(data, "[DONE]")) {
      this.watch.isUnderWay = false;
      return;
    }
    const listener = this.chunkListener;
    if (listener) listener.onChunk(<i64>((now - this.lastChunkAt) / MILLISECOND));
    this.chunks++;
    this.lastChunkAt = now;
    const marks = marksOf(data);
    if (marks & Marks.Error) this.contentOf(data);
    if (this.promptEstimate >= 0 || !this.facts.id.size || marks & Marks.Facts) this.readUsage(data);
  }

  /** Whether the provider has responded, or had begun to work when the client left. */
  private get isServed(): bool {
    if (this.status) return this.status >= 200 && this.status < 300;
    return this.promptEstimate >= 0 && this.endReason == EndReason.ClientGone && isUnderWay();
  }

  private contentOf(data: Slice): FirstContent {
    const content = readContentEvent(this.api, this.decoder.event, data);
    if (content == FirstContent.Error) this.hasStreamError = true;
    return content;
  }

  private readUsage(data: Slice): void {
    const watch = this.watch;
    watch.pushEvent(data, this.promptEstimate >= 0 && watch.usage.status != UsageStatus.Complete);
  }

  private since(now: u64): i64 {
    return this.startedAt ? <i64>((now - this.startedAt) / MILLISECOND) : -1;
  }
}

function name(buffer: ByteBuffer, value: Slice): void {
  buffer.clear();
  if (sliceSize(value) <= LONGEST_NAME) buffer.append(value);
}
