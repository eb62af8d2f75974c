import { Api } from "../../../assembly/ai/api";
import { PromptRole } from "../../../assembly/ai/prompt/role";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceOfBuffer, sliceSize, slicesEqual, subslice } from "../../../assembly/bytes/slice";
import { monotonic } from "../../../assembly/host/clock";
import { HOLD } from "../../../assembly/plugin/filter";
import { HoldDeadline, HoldingFilter } from "../../../assembly/plugin/hold-deadline";
import { forwardResponse, heldResponseBody, isResponseComplete } from "../../../assembly/plugin/resume";
import { BodyCheck } from "../body-check";
import { logCheck } from "../check-log";
import { CheckRun } from "../check-run";
import { CheckSide } from "../checkers/check-piece";
import { GuardConfig } from "../config";
import { denialText, guardrailText } from "../deny-reply";
import { countDenied } from "../notes";
import { HeldStream } from "./held-stream";
import { Outcome } from "../task-owner";

const KEPT_BYTES: i32 = 4096;
const NANOSECONDS_PER_MILLISECOND: u64 = 1_000_000;
const UNAVAILABLE = String.UTF8.encode("The content could not be checked. Try again later.");
const UNAVAILABLE_CODE = String.UTF8.encode("check_unavailable");
const TOO_LARGE = String.UTF8.encode("Too much of the response waits to be checked.");
const TOO_LARGE_CODE = String.UTF8.encode("response_too_large");

const out = new ByteBuffer();

/** Has the texts of one stream checked before the client gets them, one window after the other. */
export class StreamGuard extends CheckRun {
  private filter: HoldingFilter | null = null;
  private config: GuardConfig | null = null;
  private api: Api = Api.Unknown;
  private readonly consumerName: ByteBuffer = new ByteBuffer();
  private readonly held: HeldStream = new HeldStream();
  private readonly deadline: HoldDeadline = new HoldDeadline();
  /** Whether the deadline is set. */
  private isTimed: bool = false;
  /** When the window that is open got its first text; 0 if it has none. */
  private openSince: u64 = 0;
  /** When the check began that runs; 0 if none runs. */
  private since: u64 = 0;
  private milliseconds: i64 = 0;
  /** Whether the provider has ended the stream. */
  private isComplete: bool = false;
  /** Whether the stream was refused: the client has its end. */
  private isOver: bool = false;

  /** Begins a stream. */
  startStream(filter: HoldingFilter, config: GuardConfig, request: BodyCheck): void {
    const stream = config.stream;
    this.filter = filter;
    this.config = config;
    this.api = request.api;
    this.joinSession(request.session);
    this.consumerName.clear();
    this.consumerName.append(request.name.slice);
    this.held.begin(stream.window, stream.overlap, stream.holdBytes);
  }

  /** Reads a chunk. Returns what `onStreamingResponseBody` returns. */
  push(chunk: Slice, isLastChunk: bool): Slice {
    if (this.isOver) return subslice(chunk, 0, 0);
    const held = this.held;
    this.isComplete = isLastChunk;
    held.push(chunk);
    if (isLastChunk) held.finish();
    this.advance();
    // Trailers may end an event that has begun: it can only be forwarded then if a chunk was held.
    if (held.waits || (held.isCut && !this.isOver)) {
      this.setTime();
      return HOLD;
    }
    return this.takeReleased(chunk);
  }

  /** The response has ended with trailers. Returns whether they must wait for `onChecked` or `onExpired`. */
  end(): bool {
    if (this.isOver) return false;
    const held = this.held;
    this.isComplete = true;
    held.finish();
    this.advance();
    if (held.waits) {
      this.setTime();
      return true;
    }
    if (!sliceSize(held.released)) return false;
    const body = heldResponseBody();
    if (body.size) {
      body.replace(this.takeReleased(ABSENT));
      return false;
    }
    // All that was held has been forwarded: Envoy takes more of the body in a callback that is not of the response.
    this.deadline.begin(this.filter!, 0);
    return true;
  }

  /** The checks of a window have ended in a callback of a callout. */
  onChecked(): void {
    this.judge();
    this.advance();
    this.forward();
  }

  /** The time is over for which an open window waits, or something can be released that came together with what waits. */
  onExpired(): void {
    this.isTimed = false;
    if (this.isOver && !sliceSize(this.held.released)) return;
    const isLate = this.openSince && monotonic() - this.openSince >= this.holdTime;
    if (isLate) {
      this.held.close();
      this.advance();
    }
    this.forward();
  }

  /** The stream has ended. */
  stop(): void {
    this.cancel();
    this.deadline.end();
    this.isTimed = false;
  }

  /** Forgets the stream. */
  clear(): void {
    this.stop();
    this.reset();
    this.held.reset();
    this.consumerName.release(KEPT_BYTES);
    this.filter = null;
    this.config = null;
    this.api = Api.Unknown;
    this.openSince = 0;
    this.since = 0;
    this.milliseconds = 0;
    this.isComplete = false;
    this.isOver = false;
  }

  /** Frees the memory; the object is not used again. */
  free(): void {
    this.dispose();
    this.held.dispose();
    this.consumerName.dispose();
  }

  private get holdTime(): u64 {
    return <u64>this.config!.stream.holdTime * NANOSECONDS_PER_MILLISECOND;
  }

  /** Starts the checks that are due, until one waits for its service. */
  private advance(): void {
    const held = this.held;
    while (!this.isOver) {
      if (held.isTooLarge) {
        this.cancel();
        this.since = 0;
        this.fail(502, TOO_LARGE, TOO_LARGE_CODE);
        return;
      }
      if (this.since || !held.isDue) break;
      const checks = this.config!.response;
      this.begin(this.filter!.contextId, CheckSide.Response, this.consumerName.slice);
      for (let i = 0; i < checks.length; i++) this.add(checks[i], PromptRole.Assistant).text.append(held.text);
      this.since = monotonic();
      if (this.start()) break;
      this.judge();
    }
    if (!held.isOpen) this.openSince = 0;
    else if (!this.openSince) this.openSince = monotonic();
  }

  /** Takes the outcome of the checks of the first window. */
  private judge(): void {
    const config = this.config!;
    const held = this.held;
    this.milliseconds += <i64>((monotonic() - this.since) / NANOSECONDS_PER_MILLISECOND);
    this.since = 0;
    const outcome = this.outcome;
    const result = outcome == Outcome.Pass ? "pass" : outcome == Outcome.Unavailable ? "error" : "deny";
    logCheck(CheckSide.Response, this.milliseconds, result, this.verdict, config.logsWords);
    if (outcome == Outcome.Pass) held.pass();
    else if (outcome == Outcome.Unavailable) this.fail(503, UNAVAILABLE, UNAVAILABLE_CODE);
    else {
      // The events of a stream cannot be masked: what a checker would mask is refused.
      countDenied(CheckSide.Response);
      const text = denialText(config.deny, this.verdict);
      if (config.deny.isOriginal) held.end(text);
      else held.refuse(this.api, text, guardrailText(config.deny, this.verdict));
      this.isOver = true;
    }
  }

  private fail(status: i32, message: ArrayBuffer, code: ArrayBuffer): void {
    this.held.fail(this.api, status, sliceOfBuffer(message), sliceOfBuffer(code));
    this.isOver = true;
  }

  /** Forwards what is released. The end of the response waits until all of it is. */
  private forward(): void {
    const held = this.held;
    if (!(held.waits && isResponseComplete()) && (sliceSize(held.released) || isResponseComplete())) {
      forwardResponse(this.takeReleased(ABSENT));
    }
    if (held.waits) this.setTime();
  }

  /** What is released, or `chunk` if it is the same. */
  private takeReleased(chunk: Slice): Slice {
    const released = this.held.released;
    const isSame = chunk != ABSENT && slicesEqual(released, chunk);
    out.release(KEPT_BYTES);
    if (!isSame) out.append(released);
    this.held.dropReleased();
    return isSame ? chunk : out.slice;
  }

  /** Sets the deadline for what waits. */
  private setTime(): void {
    const canForward = sliceSize(this.held.released) > 0 && !this.isComplete;
    if (!canForward && (this.isTimed || !this.openSince)) return;
    this.isTimed = true;
    const passed = this.openSince ? monotonic() - this.openSince : 0;
    const left = this.holdTime > passed ? this.holdTime - passed : 0;
    this.deadline.begin(this.filter!, canForward ? 0 : <u32>(left / NANOSECONDS_PER_MILLISECOND) + 1);
  }
}
