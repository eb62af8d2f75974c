import { ByteBuffer } from "../bytes/buffer";
import { isSpace } from "../bytes/slice";
import { MemberScanner } from "./member-scanner";
import { jsonEquals } from "./string";

const QUOTE: u32 = 0x22;
const COLON: u32 = 0x3a;
/** The most bytes that one ASCII character takes, escaped. */
const LONGEST_ESCAPE = 6;
/** Memory for a key that is kept from one text to the next. */
const KEPT_BYTES = 256;

/**
 * Finds the first member of a name in the outermost object of a JSON text that comes in pieces, and keeps its value if it is
 * a string, with its quotes, of at most 16 KiB. Keys are compared after unescaping. The text is not validated. Takes linear time.
 */
export class StringMemberScanner extends MemberScanner {
  /** The current key as it stands in the text, from its opening quote, if it begins like the name and has escapes. */
  private readonly key: ByteBuffer = new ByteBuffer();

  /** Begins another text; `name` is the key of the member, ASCII. The scanner was reset. */
  begin(name: string): void {
    this.name = name;
  }

  /** Whether the text is an object that has ended without the member. */
  get hasClosed(): bool {
    return this.isDone && this.isObject && !this.isFound;
  }

  /** Whether the current member has the name, be its value complete or not. */
  get hasFound(): bool {
    return this.isFound;
  }

  /** Continues behind a value that was found, to look for the same member again. */
  resume(): void {
    this.kept.clear();
    this.isFound = false;
    this.isKeeping = false;
    this.isDone = this.depth <= 0;
  }

  override reset(): void {
    super.reset();
    this.key.release(KEPT_BYTES);
  }

  override dispose(): void {
    super.dispose();
    this.key.dispose();
  }

  /** A value of another type in the place of the string ends the search. */
  protected override beginsValue(byte: u32): bool {
    if (byte != QUOTE && byte != COLON && !isSpace(byte)) this.isDone = true;
    return byte == QUOTE;
  }

  /** The bytes before the escape are those of the name. */
  protected override beginKey(): void {
    this.isKeyKept = true;
    this.key.clear();
    this.key.byte(QUOTE);
    for (let i = 0; i < this.matched; i++) this.key.byte(this.name.charCodeAt(i));
  }

  protected override onStringByte(byte: u32): void {
    if (!this.isKeyKept) return;
    if (this.key.size > LONGEST_ESCAPE * this.name.length) this.isKeyKept = false;
    else this.key.byte(byte);
  }

  protected override endKey(): bool {
    this.isKeyKept = false;
    return jsonEquals(this.key.byte(QUOTE).slice, this.name);
  }
}
