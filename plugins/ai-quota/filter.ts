import { CONSUMER_HEADER, CONSUMER_STATE } from "../../assembly/ai/contract";
import { refuseCompression } from "../../assembly/limit/compression";
import { isRedirected } from "../../assembly/limit/request-state";
import { spentUsage, tokensOf } from "../../assembly/limit/spent-tokens";
import { UsageWatch } from "../../assembly/ai/usage-watch";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { queryOf, withoutQuery } from "../../assembly/bytes/query";
import { ABSENT, Slice, sliceEquals, sliceOfBuffer, slicesEqual, sliceSize } from "../../assembly/bytes/slice";
import { BodyBuffer } from "../../assembly/host/body";
import { FilterState } from "../../assembly/host/filter-state";
import { HeaderMap } from "../../assembly/host/headers";
import { BodyAction, BodyMode, HeadersAction, HttpFilter } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { resumeRequest } from "../../assembly/plugin/resume";
import { RedisArguments } from "../../assembly/redis/arguments";
import { RedisCommand, RedisFault } from "../../assembly/redis/command";
import { AdminCommand, hasQuota } from "./admin";
import { charge } from "./charge";
import { AiQuotaConfig, RequestKind } from "./config";
import { countCharged, countRefused } from "./metrics";
import { deny, denyMethod, replyStoreDown } from "./refusal";

const identity = new FilterState(CONSUMER_STATE);
const args = new RedisArguments();
const pool = new FilterPool<AiQuotaFilter>();

/** Reads the quota of a consumer. */
class QuotaCommand extends RedisCommand {
  onResult(fault: RedisFault, reply: Slice): void {
    if (fault != RedisFault.None) replyStoreDown();
    else if (hasQuota(reply)) resumeRequest();
    else {
      countRefused();
      deny(403, "noquota", ", No quota left");
    }
  }
}

/** Lets a consumer's requests pass while it has quota, and charges their tokens. */
export class AiQuotaFilter extends HttpFilter {
  private config: AiQuotaConfig | null = null;
  private kind: RequestKind = RequestKind.Other;
  /** The key of the consumer's quota; empty where nothing is charged. */
  private readonly key: ByteBuffer = new ByteBuffer();
  private readonly watch: UsageWatch = new UsageWatch();
  /** Whether the response is one of a model: of others only reported usage is charged. */
  private isServed: bool = false;
  private readonly quota: QuotaCommand = new QuotaCommand();
  private readonly admin: AdminCommand = new AdminCommand();

  /** A filter for one stream. */
  static of(config: AiQuotaConfig): AiQuotaFilter {
    const spare = pool.take();
    const filter = spare ? spare : new AiQuotaFilter();
    filter.config = config;
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const config = this.config!;
    const consumer = headers.get(CONSUMER_HEADER);
    if (consumer == ABSENT) {
      deny(401, "no_key", ". No Key Authentication information found.");
      return HeadersAction.Pause;
    }
    if (!sliceSize(consumer)) {
      deny(403, "unauthorized", ". Unauthorized consumer.");
      return HeadersAction.Pause;
    }
    const path = headers.get(":path");
    this.kind = config.kindOf(withoutQuery(path));
    if (this.kind == RequestKind.Other) return HeadersAction.Continue;
    if (this.kind != RequestKind.Completion) return this.onAdminCall(headers.get(":method"), path, endOfStream);
    this.key.clear();
    this.key.text(config.keyPrefix).append(consumer);
    refuseCompression(headers);
    this.quota.stream = this.contextId;
    const fault = config.redis.run(this.quota, args.clear().text("GET").bytes(this.key.slice));
    if (fault != RedisFault.None) replyStoreDown();
    return HeadersAction.Pause;
  }

  override onRequestBody(body: BodyBuffer): BodyAction {
    this.admin.start(this.config!, this.kind, body.bytes());
    return BodyAction.Pause;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    this.isServed = headers.status >= 200 && headers.status < 300;
    const isCharged = this.kind == RequestKind.Completion && !endOfStream;
    if (isCharged && this.watch.begin(headers.get("content-type"))) this.responseBodyMode = BodyMode.Streaming;
    return HeadersAction.Continue;
  }

  override onStreamingResponseBody(chunk: Slice, isLastChunk: bool): Slice {
    this.watch.push(chunk);
    return chunk;
  }

  override onStreamDone(): void {
    if (this.kind != RequestKind.Completion) return;
    // The next pass of this request is charged.
    if (isRedirected()) return;
    const usage = spentUsage(this.watch, this.isServed ? 0 : -1);
    const tokens = usage ? tokensOf(usage) : 0;
    if (!tokens) return;
    countCharged(tokens);
    charge(this.config!.redis, this.key.slice, tokens);
  }

  override free(): void {
    this.reset();
    if (pool.give(this)) return;
    // The pool is full: the object is left to the collector.
    this.key.dispose();
    this.watch.free();
    this.admin.free();
  }

  private reset(): void {
    this.config = null;
    this.kind = RequestKind.Other;
    this.isServed = false;
    this.key.clear();
    this.watch.reset();
    this.admin.reset();
  }

  /** A call of the admin, whom key-auth must have named in filter state: a client could send the header. */
  private onAdminCall(method: Slice, path: Slice, endOfStream: bool): HeadersAction {
    const isQuery = this.kind == RequestKind.Query;
    const allowed = isQuery ? "GET" : "POST";
    const admin = identity.get();
    if (admin == ABSENT || !slicesEqual(admin, sliceOfBuffer(this.config!.adminConsumer))) {
      deny(403, "unauthorized", ". Unauthorized admin consumer.");
      return HeadersAction.Pause;
    }
    if (!sliceEquals(method, allowed)) {
      denyMethod(allowed);
      return HeadersAction.Pause;
    }
    this.admin.stream = this.contextId;
    if (!isQuery && !endOfStream) {
      this.requestBodyMode = BodyMode.Whole;
      return HeadersAction.HoldForBody;
    }
    this.admin.start(this.config!, this.kind, isQuery ? queryOf(path) : ABSENT);
    return HeadersAction.Pause;
  }
}
