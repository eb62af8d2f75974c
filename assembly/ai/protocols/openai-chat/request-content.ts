import { ByteBuffer } from "../../../bytes/buffer";
import { ABSENT, Slice } from "../../../bytes/slice";

const KEPT_BYTES = 64 * 1024;
/** What stands between two texts of one message: a blank line. */
const BETWEEN = "\\n\\n";

/**
 * The content of one chat message: a string as long as it is nothing but text, since some servers take nothing else; else
 * a list of parts. https://platform.openai.com/docs/api-reference/chat/create
 */
export class RequestContent {
  private bytes: ByteBuffer = new ByteBuffer();
  private spare: ByteBuffer = new ByteBuffer();
  /** The only text so far, which stays valid and is not in `bytes` yet; ABSENT if there is none. */
  private only: Slice = ABSENT;
  private isList: bool = false;
  /** Whether the last part is a text that has no end yet. */
  private isInText: bool = false;

  /** Whether it has no content. */
  get isEmpty(): bool {
    return this.bytes.size == 0 && !this.isInText;
  }

  /** Adds a text; `cacheControl` marks it, or is ABSENT. `staysValid`: until the content is written. */
  text(text: Slice, cacheControl: Slice, staysValid: bool): void {
    if (cacheControl == ABSENT) {
      const isOnly = staysValid && !this.isList && !this.isInText;
      this.beginText();
      // Most contents are one text, which is then copied once.
      if (isOnly) this.only = text;
      else this.bytes.append(text);
      return;
    }
    this.beginPart('{"type":"text","text":"').append(text).text('","cache_control":').append(cacheControl).byte(0x7d);
  }

  /** Begins a part with its first bytes; the caller appends the rest. */
  beginPart(start: string): ByteBuffer {
    this.copyOnly();
    this.becomeList();
    this.endText();
    if (this.bytes.size) this.bytes.byte(0x2c);
    return this.bytes.text(start);
  }

  /** Appends the JSON value, and forgets the content. */
  write(out: ByteBuffer): void {
    this.endText();
    out
      .byte(this.isList ? 0x5b : 0x22)
      .append(this.only == ABSENT ? this.bytes.slice : this.only)
      .byte(this.isList ? 0x5d : 0x22);
    this.clear();
  }

  /** Forgets the content. */
  clear(): void {
    this.bytes.release(KEPT_BYTES);
    this.spare.release(KEPT_BYTES);
    this.only = ABSENT;
    this.isList = false;
    this.isInText = false;
  }

  private copyOnly(): void {
    if (this.only == ABSENT) return;
    this.bytes.append(this.only);
    this.only = ABSENT;
  }

  private beginText(): void {
    this.copyOnly();
    if (this.isInText) this.bytes.text(BETWEEN);
    else if (this.isList) this.beginPart('{"type":"text","text":"');
    this.isInText = true;
  }

  private endText(): void {
    if (this.isInText && this.isList) this.bytes.text('"}');
    this.isInText = false;
  }

  /** Makes the text so far the first part of a list. */
  private becomeList(): void {
    if (this.isList) return;
    this.isList = true;
    if (!this.isInText) return;
    const text = this.bytes;
    this.bytes = this.spare.text('{"type":"text","text":"').append(text.slice);
    this.spare = text;
    text.clear();
  }
}
