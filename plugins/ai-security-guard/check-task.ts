import { PromptRole } from "../../assembly/ai/prompt/role";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { readU32 } from "../../assembly/bytes/integers";
import { ABSENT, Slice, sliceSize, subslice } from "../../assembly/bytes/slice";
import { Callout, CalloutResponse, dispatchHttp } from "../../assembly/host/callout";
import { nowInSeconds, random } from "../../assembly/host/clock";
import { HeaderPairs } from "../../assembly/host/header-pairs";
import { Check, CheckAction } from "./check";
import { CheckCall } from "./checkers/check-call";
import { CheckPiece, PieceKind } from "./checkers/check-piece";
import { Checker } from "./checkers/checker";
import { shortened, Verdict, VerdictKind } from "./checkers/verdict";
import { noteAlert, noteFailure } from "./notes";
import { Outcome, TaskOwner } from "./task-owner";

const KEPT_BYTES: i32 = 16384;
/** A reply that is larger is none: no service sends so much. */
const MOST_REPLY_BYTES: i32 = 1 << 20;
/** The size of the numbers in front of an image. */
const IMAGE_HEAD: i32 = 16;

const headers = new HeaderPairs();
const call = new CheckCall();
const piece = new CheckPiece();

/** One check of a run: its pieces are checked one after the other, until one is blocked. */
export class CheckTask extends Callout {
  /** The text that is checked. The owner of the run appends it. */
  readonly text: ByteBuffer = new ByteBuffer();
  /** The text as the checker masks it, if `hasMasked`. */
  readonly masked: ByteBuffer = new ByteBuffer();
  /** Whether a piece was masked. */
  hasMasked: bool = false;
  private readonly images: ByteBuffer = new ByteBuffer();
  private run: TaskOwner | null = null;
  private ownCheck: Check | null = null;
  private checker: Checker | null = null;
  /** Who says the current piece. */
  private role: PromptRole = PromptRole.User;
  /** Where the texts of a role begin, and the role; and the one that is next. */
  private readonly turns: ByteBuffer = new ByteBuffer();
  private turn: i32 = 0;
  /** Where the current piece begins and ends, in the text or in the images. */
  private from: i32 = 0;
  private to: i32 = 0;
  private isAtImages: bool = false;
  /** Whether an image is of a kind that the service does not take. */
  private hasOther: bool = false;

  /** The check; only in a run. */
  get check(): Check {
    return this.ownCheck!;
  }

  /** Makes it ready for a run. */
  prepare(run: TaskOwner, stream: u32, check: Check, checker: Checker, role: PromptRole): void {
    this.run = run;
    this.stream = stream;
    this.ownCheck = check;
    this.checker = checker;
    this.role = role;
  }

  /** The text that is appended now is of this role. A piece has the texts of one role. */
  beginRole(role: PromptRole): void {
    this.turns.u32(this.text.size).u32(role);
  }

  /** Adds an image of a role: its URL, or its Base64 with its media type. */
  addImage(kind: PieceKind, role: PromptRole, content: Slice, mediaType: Slice): void {
    if (!this.checker!.takes(kind)) {
      this.hasOther = true;
      return;
    }
    const typeSize = mediaType == ABSENT ? 0 : sliceSize(mediaType);
    this.images
      .u32(kind)
      .u32(typeSize)
      .u32(sliceSize(content))
      .u32(role)
      .append(subslice(mediaType, 0, typeSize))
      .append(content);
  }

  /** Sends the call for the next piece; without one, or if calls cannot be sent, the task ends. */
  advance(): void {
    if (this.hasOther && !this.failsImage()) return;
    while (this.nextPiece()) {
      if (this.send()) return;
      const verdict = this.run!.verdict;
      verdict.clear();
      verdict.fail("the call could not be sent");
      if (!this.judge(verdict)) return;
    }
    this.run!.finish();
  }

  onResponse(response: CalloutResponse): void {
    const run = this.run!;
    const verdict = run.verdict;
    const body = response.body;
    if (!response.hasArrived || body.size > MOST_REPLY_BYTES) {
      verdict.clear();
      verdict.fail(response.hasArrived ? "the reply is too large" : "no reply");
    } else {
      this.fillPiece();
      this.checker!.readReply(response.headers.status, body.bytes(), piece, verdict);
    }
    if (this.judge(verdict)) this.advance();
  }

  /** Ends the task without a result. */
  stop(): void {
    if (this.isPending) this.drop();
  }

  /** Ends the task, and forgets its text. */
  reset(): void {
    this.stop();
    this.text.release(KEPT_BYTES);
    this.masked.release(KEPT_BYTES);
    this.images.release(KEPT_BYTES);
    this.run = null;
    this.ownCheck = null;
    this.checker = null;
    this.role = PromptRole.User;
    this.turns.clear();
    this.turn = 0;
    this.hasMasked = false;
    this.from = 0;
    this.to = 0;
    this.isAtImages = false;
    this.hasOther = false;
  }

  /** Frees the memory; the object is not used again. */
  dispose(): void {
    this.text.dispose();
    this.masked.dispose();
    this.images.dispose();
    this.turns.dispose();
  }

  /** Takes the verdict on the current piece. Returns whether the next piece follows. */
  private judge(verdict: Verdict): bool {
    const check = this.ownCheck!;
    const run = this.run!;
    if (verdict.kind == VerdictKind.Failed) {
      noteFailure(check, run.side, verdict.reason.slice);
      if (check.blocksOnError) {
        run.settle(check, Outcome.Unavailable);
        return false;
      }
    } else if (verdict.kind != VerdictKind.Pass && !(verdict.kind == VerdictKind.Mask && this.takesMask)) {
      if (check.action == CheckAction.Block || check.action == CheckAction.Mask) {
        run.settle(check, Outcome.Block);
        return false;
      }
      noteAlert(check, run.side);
      if (check.action == CheckAction.Annotate) run.annotate(check);
      run.finish();
      return false;
    }
    if (!this.isAtImages && check.action == CheckAction.Mask) {
      const isMasked = verdict.kind == VerdictKind.Mask;
      if (isMasked) this.hasMasked = true;
      this.masked.append(isMasked ? verdict.masked.slice : subslice(this.text.slice, this.from, this.to));
    }
    return true;
  }

  /** Takes the images that the service does not take for a failure. Returns whether the task goes on. */
  private failsImage(): bool {
    this.hasOther = false;
    const check = this.ownCheck!;
    const run = this.run!;
    const verdict = run.verdict;
    verdict.clear();
    verdict.fail("an image that the service does not take");
    noteFailure(check, run.side, verdict.reason.slice);
    if (check.blocksOnError) run.settle(check, Outcome.Unavailable);
    return !check.blocksOnError;
  }

  private get takesMask(): bool {
    return this.ownCheck!.action == CheckAction.Mask && !this.isAtImages;
  }

  /** Goes to the next piece; `false` behind the last one. */
  private nextPiece(): bool {
    if (!this.isAtImages) {
      this.from = this.to;
      const rest = subslice(this.text.slice, this.from, this.endOfTurn());
      this.to += sliceSize(shortened(rest, this.checker!.maxBytes));
      if (this.to > this.from) return true;
      this.isAtImages = true;
      this.to = 0;
    }
    const images = this.images;
    this.from = this.to;
    if (this.from >= images.size) return false;
    this.to =
      this.from + IMAGE_HEAD + <i32>(readU32(images.slice, this.from + 4) + readU32(images.slice, this.from + 8));
    return true;
  }

  /** Takes the role of the text at `from`. Returns where its texts end. */
  private endOfTurn(): i32 {
    const turns = this.turns.slice;
    while (this.turn < this.turns.size && <i32>readU32(turns, this.turn) <= this.from) {
      this.role = <PromptRole>readU32(turns, this.turn + 4);
      this.turn += 8;
    }
    return this.turn < this.turns.size ? <i32>readU32(turns, this.turn) : this.text.size;
  }

  /** Sets `piece` to the current one. */
  private fillPiece(): void {
    piece.side = this.run!.side;
    piece.role = this.role;
    piece.session = this.run!.session;
    piece.mediaType = ABSENT;
    if (!this.isAtImages) {
      piece.kind = PieceKind.Text;
      piece.content = subslice(this.text.slice, this.from, this.to);
      return;
    }
    const images = this.images.slice;
    const content = this.from + IMAGE_HEAD + <i32>readU32(images, this.from + 4);
    piece.kind = <PieceKind>readU32(images, this.from);
    piece.role = <PromptRole>readU32(images, this.from + 12);
    piece.content = subslice(images, content, this.to);
    if (content > this.from + IMAGE_HEAD) piece.mediaType = subslice(images, this.from + IMAGE_HEAD, content);
  }

  private send(): bool {
    const checker = this.checker!;
    this.fillPiece();
    call.time = nowInSeconds();
    call.random = random();
    call.random2 = random();
    checker.writeCall(piece, call);
    headers.clear().addText(":method", "POST").add(":path", call.path.slice);
    headers.addText(":authority", checker.service.authority);
    const edits = call.headers;
    for (let i = 0; i < edits.count; i++) {
      if (edits.valueAt(i) != ABSENT) headers.add(edits.nameAt(i), edits.valueAt(i));
      else headers.addText(edits.nameAt(i), edits.textAt(i));
    }
    const timeout = this.ownCheck!.timeoutMilliseconds;
    const isSent = dispatchHttp(checker.service.cluster, headers, call.body.slice, timeout, this);
    call.release(KEPT_BYTES);
    return isSent;
  }
}
