import { PromptRole } from "../../assembly/ai/prompt/role";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { encodeHex } from "../../assembly/bytes/hex";
import { ABSENT, Slice } from "../../assembly/bytes/slice";
import { random } from "../../assembly/host/clock";
import { Check } from "./check";
import { CheckTask } from "./check-task";
import { Outcome, TaskOwner } from "./task-owner";
import { CheckSide } from "./checkers/check-piece";

const SESSION_DIGITS: i32 = 20;
const KEPT_BYTES: i32 = 4096;
const bits = new ByteBuffer();

/**
 * The checks of a text, which run at once. Subclass it, add the checks with their texts, and `start`. One object serves a stream: its
 * runs follow each other.
 *
 * @example
 * run.begin(contextId, CheckSide.Request, consumer);
 * run.add(check, PromptRole.User).text.append(text);
 * if (!run.start()) use(run.outcome); // otherwise `onChecked` is called
 */
export abstract class CheckRun extends TaskOwner {
  /** What the last run has led to. */
  outcome: Outcome = Outcome.Pass;
  /** The check that blocks or is not available. */
  blocker: Check | null = null;
  /** The names of the checks with `annotate` that would have blocked, with commas between them. */
  readonly annotations: ByteBuffer = new ByteBuffer();
  private readonly tasks: CheckTask[] = [];
  private count: i32 = 0;
  private pending: i32 = 0;
  private stream: u32 = 0;
  private isStarting: bool = false;
  private readonly consumer: ByteBuffer = new ByteBuffer();
  private readonly sessionDigits: ByteBuffer = new ByteBuffer();

  /** The run has ended: `outcome` says how. Host calls act on the stream. */
  abstract onChecked(): void;

  override get session(): Slice {
    const digits = this.sessionDigits;
    if (!digits.size) {
      bits.clear();
      encodeHex(bits.u64(random()).u64(random()).slice, digits);
      digits.size = SESSION_DIGITS;
    }
    return digits.slice;
  }

  /** Has the calls share the id of another run of the stream. */
  joinSession(digits: Slice): void {
    this.sessionDigits.clear();
    this.sessionDigits.append(digits);
  }

  /** Begins a run for the stream with this context id; `consumer` is the name of the consumer, empty if there is none. */
  begin(stream: u32, side: CheckSide, consumer: Slice): void {
    this.cancel();
    this.stream = stream;
    this.side = side;
    this.outcome = Outcome.Pass;
    this.blocker = null;
    this.consumer.clear();
    this.consumer.append(consumer);
  }

  /** Adds a check; the caller appends its text and its images to the task. */
  add(check: Check, role: PromptRole): CheckTask {
    if (this.count == this.tasks.length) this.tasks.push(new CheckTask());
    const task = this.tasks[this.count++];
    task.prepare(this, this.stream, check, check.checker.forConsumer(this.consumer.slice), role);
    return task;
  }

  /** Starts the checks. Returns whether `onChecked` is called later; otherwise `outcome` is known. */
  start(): bool {
    this.isStarting = true;
    this.pending = this.count;
    for (let i = 0; i < this.count && this.pending > 0; i++) this.tasks[i].advance();
    this.isStarting = false;
    return this.pending > 0;
  }

  /** Ends the run; `onChecked` is not called. */
  cancel(): void {
    for (let i = 0; i < this.count; i++) this.tasks[i].reset();
    this.count = 0;
    this.pending = 0;
  }

  /** Forgets the stream. */
  reset(): void {
    this.cancel();
    this.count = 0;
    this.pending = 0;
    this.outcome = Outcome.Pass;
    this.blocker = null;
    this.side = CheckSide.Request;
    this.stream = 0;
    this.isStarting = false;
    this.annotations.release(KEPT_BYTES);
    this.consumer.release(KEPT_BYTES);
    this.sessionDigits.clear();
    this.verdict.clear();
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    this.cancel();
    for (let i = 0; i < this.tasks.length; i++) this.tasks[i].dispose();
    this.annotations.dispose();
    this.consumer.dispose();
    this.sessionDigits.dispose();
    this.verdict.free();
  }

  /** The number of checks of the run that masked their texts. */
  get maskers(): i32 {
    let maskers = 0;
    for (let i = 0; i < this.count; i++) if (this.tasks[i].hasMasked) maskers++;
    return maskers;
  }

  /** The check of the run at a position, if it masked its text; `null` if it did not. */
  maskerAt(position: i32): Check | null {
    return position < this.count && this.tasks[position].hasMasked ? this.tasks[position].check : null;
  }

  /** The text of the check of the run at a position, as it masked it. */
  maskedAt(position: i32): Slice {
    return this.tasks[position].masked.slice;
  }

  /** The number of checks of the run. */
  get checks(): i32 {
    return this.count;
  }

  /** The text of the one check that masked it. */
  get masked(): Slice {
    for (let i = 0; i < this.count; i++) if (this.tasks[i].hasMasked) return this.tasks[i].masked.slice;
    return ABSENT;
  }

  override settle(check: Check, outcome: Outcome): void {
    for (let i = 0; i < this.count; i++) this.tasks[i].stop();
    this.outcome = outcome;
    this.blocker = check;
    this.pending = 0;
    if (!this.isStarting) this.onChecked();
  }

  override finish(): void {
    if (--this.pending > 0) return;
    this.outcome = this.maskers ? Outcome.Mask : Outcome.Pass;
    if (!this.isStarting) this.onChecked();
  }

  override annotate(check: Check): void {
    if (this.annotations.size) this.annotations.byte(0x2c);
    this.annotations.text(check.name);
  }
}
