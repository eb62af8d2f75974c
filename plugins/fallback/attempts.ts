import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice } from "../../assembly/bytes/slice";
import { monotonic } from "../../assembly/host/clock";
import { FallbackConfig } from "./config";
import { Reason } from "./reason";

/** No target. */
export const NONE: i32 = -1;
/** The route that the client's request selected. */
export const ORIGIN: i32 = 0;
/** How much earlier than this plugin's clock Envoy's timers may be, in milliseconds. */
export const TIMER_ERROR: i64 = 10;

const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;
/** Bytes of memory that a record keeps for the next request. */
const KEPT_BYTES = 8 * 1024;
const scratch = new ByteBuffer();
/** The policy of a record that is not in use. */
const unset = new FallbackConfig();

/**
 * The record of one request in all its passes: the policy of the route that it selected first, the client's headers, and the targets that
 * were tried. Objects are pooled by `AttemptsTable`. Target 0 is that route, target n is `targets[n - 1]`.
 */
export class Attempts {
  /** The policy. */
  config: FallbackConfig = new FallbackConfig();
  /** The client's request headers, as `saveRequestHeaders` has saved them. */
  readonly headers: ByteBuffer = new ByteBuffer();
  /** The name of the route. */
  readonly origin: ByteBuffer = new ByteBuffer();
  /** The client's model; empty if the body names none that can be replaced. */
  readonly model: ByteBuffer = new ByteBuffer();
  /** The target of the current pass. */
  current: i32 = ORIGIN;
  /** The target of the next pass; `NONE` before one is chosen. */
  next: i32 = NONE;
  /** The passes that have begun. */
  passes: i32 = 0;
  /** Whether the request asks for a stream. */
  isStreamed: bool = false;
  /** Whether a pass has ended with a redirect, and the next one has not begun. */
  isParked: bool = false;
  /** Whether the response of this pass was turned into a redirect. */
  isRedirected: bool = false;
  /** How an attempt of this pass ended without a response. */
  broken: Reason = Reason.None;
  /** Whether the client gets an explained error in place of the response. */
  isExplained: bool = false;
  /** Whether a success ends the cooldown of the current target. */
  isProbe: bool = false;
  /** When this request has claimed the probe of the target, in the time of cooldowns; 0 if it has not. Until it ends, others skip the target. */
  leaseAt: u64 = 0;
  /** Whether a target was tried although it was in cooldown: none is after that. */
  hasTriedCooling: bool = false;
  /** Whether the plugin stands in the router's chain as well. */
  hasUpstream: bool = false;
  /** Why the target of this pass failed, if it did. */
  reason: Reason = Reason.Status;
  /** The status with which it failed; 0 if it did not. */
  status: i32 = 0;
  /** The time limit of the attempt in milliseconds; 0 for none. */
  timeout: i64 = 0;
  /** When the request arrived, in nanoseconds of the monotonic clock. */
  startedAt: u64 = 0;
  /** When the current attempt began. */
  attemptAt: u64 = 0;
  /** The targets that were tried, one bit each. */
  private tried: u32 = 0;

  constructor(
    /** The position in the table. */
    readonly slot: i32,
    /** Tells the requests apart that had the same position. */
    public generation: u32,
  ) {}

  /** Begins the record of a request. */
  begin(config: FallbackConfig): void {
    this.config = config;
    this.startedAt = monotonic();
  }

  /** Makes it ready for another request. */
  reset(): void {
    this.generation++;
    this.config = unset;
    this.headers.release(KEPT_BYTES);
    this.origin.release(KEPT_BYTES);
    this.model.release(KEPT_BYTES);
    this.current = ORIGIN;
    this.next = NONE;
    this.passes = 0;
    this.isStreamed = false;
    this.isParked = false;
    this.isRedirected = false;
    this.broken = Reason.None;
    this.isExplained = false;
    this.isProbe = false;
    this.leaseAt = 0;
    this.hasTriedCooling = false;
    this.hasUpstream = false;
    this.reason = Reason.Status;
    this.status = 0;
    this.timeout = 0;
    this.startedAt = 0;
    this.attemptAt = 0;
    this.tried = 0;
  }

  /** Begins a pass to a target. */
  beginPass(target: i32): void {
    this.current = target;
    this.next = NONE;
    this.passes++;
    this.tried |= 1 << target;
    this.isRedirected = false;
    this.broken = Reason.None;
    this.isExplained = false;
    this.hasUpstream = false;
    this.status = 0;
    this.attemptAt = monotonic();
  }

  /** Whether a target was tried. */
  wasTried(target: i32): bool {
    return (this.tried & (1 << target)) != 0;
  }

  /** The number of targets, the route itself included. */
  get targetCount(): i32 {
    return this.config.targets.length + 1;
  }

  /** The name of a target; valid until the next call. */
  nameOf(target: i32): Slice {
    if (target == ORIGIN) return this.origin.slice;
    scratch.clear();
    return scratch.text(this.config.targets[target - 1].name).slice;
  }

  /** The weight of a target; 0 if it has none. */
  weightOf(target: i32): i32 {
    return target == ORIGIN ? 0 : this.config.targets[target - 1].weight;
  }

  /** Milliseconds since the request arrived. */
  get age(): i64 {
    return millisecondsSince(this.startedAt);
  }

  /** Milliseconds since the current attempt began. */
  get attemptAge(): i64 {
    return millisecondsSince(this.attemptAt);
  }
}

function millisecondsSince(start: u64): i64 {
  return <i64>((monotonic() - start) / NANOSECONDS_PER_MILLISECOND);
}
