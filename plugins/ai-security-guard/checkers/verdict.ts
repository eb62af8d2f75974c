import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceSize, sliceStart, subslice } from "../../../assembly/bytes/slice";
import { isCutShort } from "../../../assembly/bytes/utf8";
import { JsonWriter } from "../../../assembly/json/writer";

/** What a checker says about a piece. */
export const enum VerdictKind {
  Pass,
  /** The piece may go on as `masked`. */
  Mask,
  Block,
  /** There is no verdict; `reason` says why. */
  Failed,
}

/** The most bytes of labels, words and details: a service cannot fill the log. */
const MOST_BYTES: i32 = 1024;

/** The verdict on one piece. One object serves many replies. */
export class Verdict {
  kind: VerdictKind = VerdictKind.Failed;
  /** Why there is no verdict: ASCII, at most a few words, without text of the piece and without secrets. */
  readonly reason: ByteBuffer = new ByteBuffer();
  /** The categories that were found, with commas between them, also below their thresholds; UTF-8. */
  readonly labels: ByteBuffer = new ByteBuffer();
  /** The words that the service names as the cause; UTF-8. They are text of the piece. */
  readonly words: ByteBuffer = new ByteBuffer();
  /** The level or severity that the service gives the piece, as it writes it; empty if it gives none. */
  readonly level: ByteBuffer = new ByteBuffer();
  /** The highest score in thousandths; -1 if the service gives none. */
  score: i32 = -1;
  /** What was over its threshold, as a JSON array of `{"type", "level"}`: Higress's `blockedDetails`. */
  readonly details: ByteBuffer = new ByteBuffer();
  /** The code of a reply of Aliyun's; 200 for other services. */
  code: i32 = 200;
  /** The message that the service proposes for the client; empty for most. */
  readonly message: ByteBuffer = new ByteBuffer();
  /** The text with which the piece is replaced, if it may be masked. */
  readonly masked: ByteBuffer = new ByteBuffer();

  private readonly detailWriter: JsonWriter = new JsonWriter(this.details);

  /** Removes what the last reply left. */
  clear(): void {
    this.kind = VerdictKind.Pass;
    this.reason.clear();
    this.labels.clear();
    this.words.clear();
    this.level.clear();
    this.score = -1;
    this.details.clear();
    this.details.text("[]");
    this.code = 200;
    this.message.clear();
    this.masked.clear();
  }

  /** There is no verdict. */
  fail(reason: string): void {
    this.kind = VerdictKind.Failed;
    this.reason.clear();
    this.reason.text(reason);
  }

  /** The piece may not go on. A piece that may is blocked by one category after the other. */
  block(): void {
    if (this.kind != VerdictKind.Failed) this.kind = VerdictKind.Block;
  }

  /** Adds a category that was found. */
  addLabel(label: Slice): void {
    const labels = this.labels;
    if (!sliceSize(label) || labels.size >= MOST_BYTES) return;
    if (labels.size) labels.byte(0x2c);
    labels.append(shortened(label, MOST_BYTES - labels.size));
  }

  /** Adds a category that is over its threshold, and its level. */
  addDetail(type: Slice, level: Slice): void {
    const details = this.details;
    if (details.size >= MOST_BYTES) return;
    details.size--;
    if (details.size > 1) details.byte(0x2c);
    this.detailWriter.reset().beginObject().key("type").text(shortened(type, MOST_BYTES));
    this.detailWriter.key("level").text(shortened(level, MOST_BYTES)).endObject();
    details.byte(0x5d);
  }

  /** Raises the score to `score`, in thousandths. */
  raiseScore(score: i32): void {
    if (score > this.score) this.score = score;
  }

  /** Frees the memory; the object can be used again. */
  free(): void {
    this.reason.free();
    this.labels.free();
    this.words.free();
    this.level.free();
    this.details.free();
    this.message.free();
    this.masked.free();
  }
}

/** The first `most` bytes of a text, cut between characters. */
export function shortened(text: Slice, most: i32): Slice {
  if (sliceSize(text) <= most) return text;
  let size = max(most, 0);
  for (let back = 1; back < 4 && back <= size; back++) {
    const end = sliceStart(text) + size;
    if (!isCutShort(end - back, end)) continue;
    size -= back;
    break;
  }
  return subslice(text, 0, size);
}
