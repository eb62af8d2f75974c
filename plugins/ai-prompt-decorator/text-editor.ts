import { PromptRole } from "../../assembly/ai/prompt/role";
import { PromptTexts } from "../../assembly/ai/prompt/texts";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceSize, slicesEqual } from "../../assembly/bytes/slice";
import { Splice } from "../../assembly/json/splice";
import { jsonContent, jsonUtf8 } from "../../assembly/json/value";
import { escapeJson } from "../../assembly/json/writer";
import { AddedText } from "./added-text";
import { ReplaceRule } from "./replace-rule";

const KEPT_BYTES: i32 = 65536;
/** A prompt may become so many times as long as the body, and so many bytes longer. */
const GROWTH: i32 = 8;
const FREE_BYTES: i32 = 1 << 20;
const NO_RULES: ReplaceRule[] = [];

const original = new ByteBuffer();
const one = new ByteBuffer();
const other = new ByteBuffer();

/** Applies the replacements to the texts of a body, and writes the texts that are added to it. */
export class TextEditor extends PromptTexts {
  private rules: ReplaceRule[] = NO_RULES;
  private left: i32 = 0;
  /** The variable of an added text that has no value, or "". */
  missing: string = "";
  /** Whether the replacements would make the prompt too long. */
  isTooLong: bool = false;

  constructor(private readonly splice: Splice) {
    super();
  }

  /** Begins with a body of that size. */
  begin(rules: ReplaceRule[], size: i32): void {
    this.rules = rules;
    this.left = <i32>min<i64>(<i64>size * GROWTH + FREE_BYTES, i32.MAX_VALUE >> 1);
    this.missing = "";
    this.isTooLong = false;
  }

  /** Whether the body cannot be decorated. */
  get hasFailed(): bool {
    return this.isTooLong || this.missing.length > 0;
  }

  override beginMessage(role: PromptRole): void {}

  override endMessage(): void {}

  override tokenId(): void {}

  override text(token: Slice, role: PromptRole, isProse: bool): void {
    if (!isProse || !this.concerns(role)) return;
    const before = jsonUtf8(token, original);
    const after = this.replaced(before, role);
    if (slicesEqual(before, after)) return;
    const out = this.splice.insteadOf(token).byte(0x22);
    escapeJson(after, out);
    out.byte(0x22);
  }

  /** Writes the content of a string token after its replacements, without quotes. */
  writeContent(token: Slice, role: PromptRole, out: ByteBuffer): void {
    const content = jsonContent(token);
    if (!this.concerns(role)) {
      out.append(content);
      return;
    }
    const before = jsonUtf8(token, original);
    const after = this.replaced(before, role);
    if (slicesEqual(before, after)) out.append(content);
    else escapeJson(after, out);
  }

  /** Writes an added text after its replacements, as the content of a JSON string. */
  writeAdded(added: AddedText, out: ByteBuffer): void {
    if (this.hasFailed) return;
    original.clear();
    this.missing = added.write(original);
    // A body may be a list of many prompts, each of which gets the text.
    this.left -= original.size;
    if (this.left < 0) this.isTooLong = true;
    escapeJson(this.replaced(original.slice, added.role), out);
  }

  private concerns(role: PromptRole): bool {
    for (let i = 0; i < this.rules.length; i++) if (this.rules[i].isFor(role)) return true;
    return false;
  }

  private replaced(text: Slice, role: PromptRole): Slice {
    let current = text;
    let target = one;
    for (let i = 0; i < this.rules.length && !this.hasFailed; i++) {
      if (!this.rules[i].isFor(role)) continue;
      target.release(KEPT_BYTES);
      if (!this.rules[i].apply(current, target, this.left + sliceSize(text))) this.isTooLong = true;
      current = target.slice;
      target = target == one ? other : one;
    }
    this.left -= max(sliceSize(current) - sliceSize(text), 0);
    return current;
  }
}
