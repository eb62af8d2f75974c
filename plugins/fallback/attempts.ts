import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice } from "../../assembly/bytes/slice";
import { monotonic } from "../../assembly/host/clock";
import { FallbackConfig } from "./config";
import { Reason } from "./reason";

/** No target. */
export const NONE: i32 = -1;
/** The route that the client's request selected. */
export const ORIGIN: i32 = 0;

const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;
/** Bytes of memory that a record keeps for the next request. */
const KEPT_BYTES = 8 * 1024;
const scratch = new ByteBuffer();

/**
 * The record of one request in all its passes: the policy of the route that it selected first, the client's headers, and the targets that
 * were tried. Objects are pooled by `AttemptsTable`. Target 0 is that route, target n is `targets[n - 1]`.
 */
export class Attempts {
  /** The policy. */
  config: FallbackConfig | null = null;
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
  /** Whether an attempt of this pass ended without a response. */
  isBroken: bool = false;
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
    this.config = null;
    this.headers.release(KEPT_BYTES);
    this.origin.release(KEPT_BYTES);
    this.model.release(KEPT_BYTES);
    this.current = ORIGIN;
    this.next = NONE;
    this.passes = 0;
    this.isStreamed = false;
    this.isParked = false;
    this.isRedirected = false;
    this.isBroken = false;
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
    this.isBroken = false;
    this.status = 0;
    this.attemptAt = monotonic();
  }

  /** Whether a target was tried. */
  wasTried(target: i32): bool {
    return (this.tried & (1 << target)) != 0;
  }

  /** The number of targets, the route itself included. */
  get targetCount(): i32 {
    return this.config!.targets.length + 1;
  }

  /** The name of a target; valid until the next call. */
  nameOf(target: i32): Slice {
    if (target == ORIGIN) return this.origin.slice;
    scratch.clear();
    return scratch.text(this.config!.targets[target - 1].name).slice;
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
