import { CLUSTER_COUNTED_STATE } from "../../assembly/ai/contract";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { byteAt, Slice } from "../../assembly/bytes/slice";
import { HeaderMap } from "../../assembly/host/headers";
import { CountedMarks } from "../../assembly/limit/counted-marks";
import { MatchedLimits } from "../../assembly/limit/limit-rules";
import { Verdict } from "../../assembly/limit/verdict";
import { HeadersAction, HttpFilter } from "../../assembly/plugin/filter";
import { FilterPool } from "../../assembly/plugin/filter-pool";
import { resumeRequest } from "../../assembly/plugin/resume";
import { RedisArguments } from "../../assembly/redis/arguments";
import { RedisCommand, RedisFault } from "../../assembly/redis/command";
import { ClusterKeyRateLimitConfig, OnStoreDown } from "./config";
import { COUNT } from "./count-script";
import { countLimited, countStoreDown } from "./metrics";
import { refuse, refuseWithoutStore } from "./refusal";

const matched = new MatchedLimits();
const args = new RedisArguments();
const number = new ByteBuffer();
const pool = new FilterPool<ClusterKeyRateLimitFilter>();

/** The counters that have counted the current request on an earlier pass. */
export const counted = new CountedMarks(CLUSTER_COUNTED_STATE);

/** The command that counts a request. */
class CountCommand extends RedisCommand {
  filter: ClusterKeyRateLimitFilter | null = null;

  onResult(fault: RedisFault, reply: Slice): void {
    this.filter!.onCounted(fault, reply);
  }
}

/** Refuses requests above the limits that are counted in Redis for all gateways. */
export class ClusterKeyRateLimitFilter extends HttpFilter {
  private config: ClusterKeyRateLimitConfig | null = null;
  private readonly command: CountCommand = new CountCommand();
  private readonly verdict: Verdict = new Verdict();
  /** The number of counters that were asked for, and the hash of each key. */
  private asked: i32 = 0;
  private readonly marks: ByteBuffer = new ByteBuffer();
  /** The rule of each, for metrics. */
  private readonly rules: ByteBuffer = new ByteBuffer();

  /** A filter for one stream. */
  static of(config: ClusterKeyRateLimitConfig): ClusterKeyRateLimitFilter {
    const spare = pool.take();
    const filter = spare ? spare : new ClusterKeyRateLimitFilter();
    filter.config = config;
    filter.command.filter = filter;
    return filter;
  }

  override onRequestHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const config = this.config!;
    config.rules.match(headers, matched);
    if (!matched.count) return HeadersAction.Continue;
    counted.read();
    this.selectUncounted();
    if (!this.asked) return HeadersAction.Continue;
    this.command.stream = this.contextId;
    const fault = config.redis.evaluate(this.command, COUNT, args);
    if (fault == RedisFault.None || !this.passesWithoutStore()) return HeadersAction.Pause;
    return HeadersAction.Continue;
  }

  override onResponseHeaders(headers: HeaderMap, endOfStream: bool): HeadersAction {
    const verdict = this.verdict;
    if (!this.config!.showsQuota || !verdict.limit) return HeadersAction.Continue;
    setNumber(headers, "x-ratelimit-limit", verdict.limit);
    setNumber(headers, "x-ratelimit-remaining", verdict.remaining);
    return HeadersAction.Continue;
  }

  /** Redis has counted the request, or cannot. */
  onCounted(fault: RedisFault, reply: Slice): void {
    const config = this.config!;
    const verdict = this.verdict;
    if (fault != RedisFault.None || !verdict.read(reply, this.asked)) {
      verdict.clear();
      if (this.passesWithoutStore()) resumeRequest();
    } else if (verdict.isExceeded) {
      countLimited(config.rules.labelOf(byteAt(this.rules.slice, verdict.index)));
      refuse(config, verdict);
    } else {
      counted.read();
      counted.addAll(this.marks.slice);
      resumeRequest();
    }
  }

  override free(): void {
    this.reset();
    // The pool is full: the object is left to the collector.
    if (pool.give(this)) return;
    this.marks.dispose();
    this.rules.dispose();
  }

  private reset(): void {
    this.config = null;
    this.verdict.clear();
    this.asked = 0;
    this.marks.clear();
    this.rules.clear();
  }

  /** Writes the arguments of `COUNT` for the limits that have not counted this request yet. */
  private selectUncounted(): void {
    this.asked = 0;
    this.marks.clear();
    this.rules.clear();
    for (let i = 0; i < matched.count; i++) if (!counted.has(matched.hashAt(i))) this.asked++;
    args.clear().integer(this.asked);
    for (let i = 0; i < matched.count; i++) {
      const hash = matched.hashAt(i);
      if (counted.has(hash)) continue;
      this.marks.u64(hash);
      this.rules.byte(matched.ruleAt(i));
      args.bytes(matched.keyAt(i));
    }
    for (let i = 0; i < matched.count; i++) {
      if (counted.has(matched.hashAt(i))) continue;
      const rate = matched.rateAt(i);
      args.integer(rate.count).integer(rate.seconds);
    }
  }

  /** Whether the request passes although its limits are unknown; else it is refused. */
  private passesWithoutStore(): bool {
    countStoreDown();
    if (this.config!.onStoreDown == OnStoreDown.Allow) return true;
    refuseWithoutStore(this.config!);
    return false;
  }
}

function setNumber(headers: HeaderMap, name: string, value: i64): void {
  number.clear();
  headers.set(name, number.integer(value).slice);
}
