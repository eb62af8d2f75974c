import { PromptRole } from "../../assembly/ai/prompt/role";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { RecordList } from "../../assembly/bytes/records";
import { Slice, sliceOf, slicesEqual, sliceStart, subslice } from "../../assembly/bytes/slice";
import { escapeUtf8 } from "../../assembly/json/escape";
import { Splice } from "../../assembly/json/splice";
import { Check } from "./check";
import { CheckRun } from "./check-run";
import { CheckTask } from "./check-task";
import { CheckSide } from "./checkers/check-piece";
import { TextEntry } from "./text-list";
import { Outcome } from "./task-owner";

const LINE_END: u32 = 0x0a;
const KEPT_BYTES: i32 = 64 * 1024;
const splice = new Splice();

/** A text of the body. Offsets are in the body, or in `TextMask.bytes`. */
// @ts-ignore: decorator
@unmanaged
class MaskedEntry {
  role: PromptRole = PromptRole.Unknown;
  /** The number of its message. */
  message: i32 = 0;
  place: i32 = 0;
  placeSize: i32 = 0;
  canChange: bool = false;
  hasChanged: bool = false;
  /** The checks that see the text: one bit each. */
  checks: u32 = 0;
  from: i32 = 0;
  size: i32 = 0;
}

/**
 * Masks the texts of a body one by one: each check that has masked them together masks each text that it sees, after the checks before
 * it. So it is known in which string of the body the masked text belongs.
 */
export class TextMask {
  /** Whether a text is refused. */
  isRefused: bool = false;
  private readonly buffer: ByteBuffer = new ByteBuffer();
  private readonly entries: RecordList<MaskedEntry> = new RecordList<MaskedEntry>(this.buffer, 0);
  private readonly bytes: ByteBuffer = new ByteBuffer();
  /** What the first check has made of the texts together; later, the masked texts together. */
  private readonly joined: ByteBuffer = new ByteBuffer();
  private readonly checks: Check[] = [];
  /** The text and the check to which it has come. */
  private entry: i32 = 0;
  private check: i32 = 0;
  /** The checks that have masked a text: one bit each. */
  private found: u32 = 0;
  /** The number of checks that find nothing more in the masked texts together. */
  private verified: i32 = 0;

  /** Adds a check that has masked the texts together, with what it has made of them. */
  addCheck(check: Check, masked: Slice): void {
    if (!this.checks.length) this.joined.append(masked);
    this.checks.push(check);
  }

  /** Adds a text; `checks` are the checks that see it, one bit each in the order in which they were added. */
  addText(entry: TextEntry, text: Slice, checks: u32): void {
    if (!checks) return;
    const added = this.entries.add();
    added.role = entry.role;
    added.message = entry.message;
    added.place = entry.place;
    added.placeSize = entry.placeSize;
    added.canChange = entry.canChange;
    added.checks = checks;
    added.from = this.bytes.size;
    added.size = entry.size;
    this.bytes.append(text);
  }

  /** The number of checks. */
  get count(): i32 {
    return this.checks.length;
  }

  /** The check at a position. */
  at(position: i32): Check {
    return this.checks[position];
  }

  /**
   * Has the next text checked. Returns whether it waits for the run: then call `take`, and `next` again, when the run has ended. Otherwise
   * all texts are checked, or one is refused (`isRefused`).
   */
  next(run: CheckRun, stream: u32, side: CheckSide, consumer: Slice): bool {
    while (!this.isRefused && this.entry < this.entries.count) {
      const entry = this.entries.at(this.entry);
      if (!((entry.checks >> this.check) & 1)) {
        this.advance();
        continue;
      }
      run.begin(stream, side, consumer);
      const task = run.add(this.checks[this.check], entry.role);
      task.text.append(subslice(this.bytes.slice, entry.from, entry.from + entry.size));
      if (run.start()) return true;
      this.take(run);
    }
    // What was masked only in texts together cannot be masked in one of them.
    const all: u32 = (1 << this.checks.length) - 1;
    if (this.found != all) this.isRefused = true;
    while (!this.isRefused && this.verified < this.checks.length) {
      run.begin(stream, side, consumer);
      const text = this.join(run.add(this.checks[this.verified], PromptRole.Unknown));
      const isSame = this.checks.length == 1 && slicesEqual(text, this.joined.slice);
      this.joined.clear();
      this.joined.append(text);
      if (isSame) break;
      if (run.start()) return true;
      this.take(run);
    }
    return false;
  }

  /** Takes the result of a run. */
  take(run: CheckRun): void {
    if (this.entry == this.entries.count) {
      // A value that lies in two texts is still there, unless the check finds only what it has written itself.
      const isClean =
        run.outcome == Outcome.Pass || (run.outcome == Outcome.Mask && slicesEqual(run.masked, this.joined.slice));
      if (!isClean) this.isRefused = true;
      this.verified++;
      return;
    }
    const entry = this.entries.at(this.entry);
    if (run.outcome == Outcome.Mask && entry.canChange) {
      this.found |= 1 << this.check;
      entry.hasChanged = true;
      entry.from = this.bytes.size;
      const masked = run.masked;
      this.bytes.append(masked);
      entry.size = this.bytes.size - entry.from;
    } else if (run.outcome != Outcome.Pass) this.isRefused = true;
    this.advance();
  }

  /** Appends the body with the masked texts in it. */
  write(body: Slice, out: ByteBuffer): void {
    splice.begin(body, out);
    for (let i = 0; i < this.entries.count; i++) {
      const entry = this.entries.at(i);
      if (!entry.hasChanged) continue;
      const text = subslice(this.bytes.slice, entry.from, entry.from + entry.size);
      escapeUtf8(text, splice.insteadOf(sliceOf(sliceStart(body) + entry.place, entry.placeSize)));
    }
    splice.end();
  }

  /** Forgets the body. */
  reset(): void {
    this.isRefused = false;
    this.buffer.release(KEPT_BYTES);
    this.bytes.release(KEPT_BYTES);
    this.joined.release(KEPT_BYTES);
    this.checks.length = 0;
    this.entry = 0;
    this.check = 0;
    this.found = 0;
    this.verified = 0;
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    this.buffer.dispose();
    this.bytes.dispose();
    this.joined.dispose();
  }

  /** Appends to a task the texts that its check sees, in the order in which it saw them at first. Returns them. */
  private join(task: CheckTask): Slice {
    const hasRoles = task.check.checker.knowsRoles;
    const last = hasRoles ? PromptRole.Tool : PromptRole.Unknown;
    for (let role: i32 = PromptRole.Unknown; role <= last; role++) {
      if (hasRoles) task.beginRole(<PromptRole>role);
      let message = -1;
      for (let i = 0; i < this.entries.count; i++) {
        const entry = this.entries.at(i);
        if (!((entry.checks >> this.verified) & 1) || (hasRoles && entry.role != role)) continue;
        if (message >= 0 && entry.message != message) task.text.byte(LINE_END);
        message = entry.message;
        task.text.append(subslice(this.bytes.slice, entry.from, entry.from + entry.size));
      }
    }
    return task.text.slice;
  }

  private advance(): void {
    if (++this.check < this.checks.length) return;
    this.check = 0;
    this.entry++;
  }
}
