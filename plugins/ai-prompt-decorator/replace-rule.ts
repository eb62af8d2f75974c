import { PromptRole } from "../../assembly/ai/prompt/role";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { Slice, sliceOfBuffer } from "../../assembly/bytes/slice";
import { ConfigReader } from "../../assembly/config/reader";
import { Pattern, PatternError, PatternFlags } from "../../assembly/pattern/pattern";

/** The most UTF-16 units of a pattern. */
const MOST_UNITS: i32 = 2_000;

/** What `on_role` may say. */
const ROLES = ["", "system", "developer", "user", "assistant", "tool", "function"];
const ROLES_AS: PromptRole[] = [
  PromptRole.Unknown,
  PromptRole.System,
  PromptRole.System,
  PromptRole.User,
  PromptRole.Assistant,
  PromptRole.Tool,
  PromptRole.Tool,
];

/** A replacement in the texts of one role, or of all. */
export class ReplaceRule {
  private constructor(
    /** The role; `Unknown` for every role. */
    private readonly role: PromptRole,
    private readonly pattern: Pattern,
    private readonly template: ArrayBuffer,
  ) {}

  /** Reads a rule; `null` after an error. */
  static read(reader: ConfigReader): ReplaceRule | null {
    const role = reader.choice("on_role", ROLES, 0);
    const text = reader.text("pattern");
    const isRegex = reader.booleanOrText("regex", false);
    const replacement = reader.text("replacement");
    if (!text.length) {
      if (!reader.has("pattern")) reader.fail("pattern", "is required");
      else if (!reader.failed) reader.fail("pattern", "must not be empty");
      return null;
    }
    // A longer one has too many instructions; a literal is read letter by letter.
    if (text.length > MOST_UNITS) {
      reader.fail("pattern", `must have at most ${MOST_UNITS} characters`);
      return null;
    }
    const error = new PatternError();
    const pattern = Pattern.compile(isRegex ? text : literalPattern(text), PatternFlags.None, error);
    if (!pattern) {
      reader.fail("pattern", `is not supported: ${error.message}`);
      return null;
    }
    const template = isRegex ? replacement : replacement.replaceAll("$", "$$");
    return new ReplaceRule(ROLES_AS[role], pattern, String.UTF8.encode(template));
  }

  /** Whether it applies to texts of a role. */
  isFor(role: PromptRole): bool {
    return this.role == PromptRole.Unknown || this.role == role;
  }

  /** Appends the text with its replacements; `false` if that is more than `limit` bytes, or too much work. */
  apply(text: Slice, out: ByteBuffer, limit: i32): bool {
    return this.pattern.replace(text, sliceOfBuffer(this.template), out, limit);
  }
}

/** A pattern that matches a text and nothing else. */
function literalPattern(text: string): string {
  let pattern = "";
  for (let i = 0; i < text.length; i++) {
    const unit = <u32>text.charCodeAt(i);
    const isPlain = unit >= 0x80 || unit <= 0x20 || (unit | 0x20) - 0x61 < 26 || unit - 0x30 < 10;
    pattern += isPlain ? text.charAt(i) : `\\${text.charAt(i)}`;
  }
  return pattern;
}
