import { PromptRole } from "../../assembly/ai/prompt/role";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { RecordList } from "../../assembly/bytes/records";
import { ABSENT, Slice, sliceSize, sliceStart, subslice } from "../../assembly/bytes/slice";
import { unescapeJson } from "../../assembly/json/string";
import { PieceKind } from "./checkers/check-piece";

const KEPT_BYTES: i32 = 64 * 1024;

/** A text or an image of a body. Offsets are in the body, or in `TextList.bytes`. */
// @ts-ignore: decorator
@unmanaged
export class TextEntry {
  kind: PieceKind = PieceKind.Text;
  role: PromptRole = PromptRole.Unknown;
  /** The number of its message. */
  message: i32 = 0;
  /** Whether it is one of the last of its conversation. */
  isLast: bool = false;
  /** The content of the string in the body, without its quotes. `canChange`: it may be replaced. */
  place: i32 = 0;
  placeSize: i32 = 0;
  canChange: bool = false;
  /** The text, without escapes. */
  from: i32 = 0;
  size: i32 = 0;
  /** The media type of an image behind it. */
  typeSize: i32 = 0;
}

/** The texts of a body, in its order. */
export class TextList {
  /** The texts and images, without escapes. */
  readonly bytes: ByteBuffer = new ByteBuffer();
  private readonly buffer: ByteBuffer = new ByteBuffer();
  private readonly entries: RecordList<TextEntry> = new RecordList<TextEntry>(this.buffer, 0);
  private body: Slice = ABSENT;

  /** Begins with a body. */
  begin(body: Slice): void {
    this.body = body;
    this.bytes.release(KEPT_BYTES);
    this.buffer.release(KEPT_BYTES);
  }

  /** The number of texts and images. */
  get count(): i32 {
    return this.entries.count;
  }

  /** The text or image at an index; valid until the next one is added. */
  at(index: i32): TextEntry {
    return this.entries.at(index);
  }

  /** The text, or the image, of an entry. */
  contentOf(entry: TextEntry): Slice {
    return subslice(this.bytes.slice, entry.from, entry.from + entry.size);
  }

  /** The media type of an image; `ABSENT` if it is not known. */
  typeOf(entry: TextEntry): Slice {
    const end = entry.from + entry.size;
    return entry.typeSize ? subslice(this.bytes.slice, end, end + entry.typeSize) : ABSENT;
  }

  /** Adds a text: the content of a string of the body, with its escapes. */
  addText(content: Slice, message: i32, role: PromptRole, canChange: bool): void {
    if (!sliceSize(content)) return;
    const from = this.bytes.size;
    unescapeJson(content, this.bytes);
    const entry = this.entries.add();
    entry.role = role;
    entry.message = message;
    entry.place = <i32>(sliceStart(content) - sliceStart(this.body));
    entry.placeSize = sliceSize(content);
    entry.canChange = canChange;
    entry.from = from;
    entry.size = this.bytes.size - from;
  }

  /** Adds an image: the content of a string, and the token of its media type. */
  addImage(kind: PieceKind, content: Slice, mediaType: Slice, message: i32, role: PromptRole): void {
    const from = this.bytes.size;
    unescapeJson(content, this.bytes);
    const size = this.bytes.size - from;
    if (mediaType != ABSENT) unescapeJson(mediaType, this.bytes);
    const entry = this.entries.add();
    entry.kind = kind;
    entry.role = role;
    entry.message = message;
    entry.from = from;
    entry.size = size;
    entry.typeSize = this.bytes.size - from - size;
  }
}
