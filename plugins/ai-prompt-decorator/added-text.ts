import { PromptRole } from "../../assembly/ai/prompt/role";
import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice, sliceOfBuffer } from "../../assembly/bytes/slice";
import { ConfigReader } from "../../assembly/config/reader";
import { namedProperty } from "../../assembly/host/property";

/** The roles that a message may be added for. Tools are none: a result belongs to a call. */
const ROLES = ["system", "developer", "user", "assistant"];
const ROLES_AS: PromptRole[] = [PromptRole.System, PromptRole.System, PromptRole.User, PromptRole.Assistant];
const OPEN = "${";
const PREFIX = "${geo-";
/** The properties that Higress's geo-ip plugin writes. */
const VARIABLES = ["geo-country", "geo-province", "geo-city", "geo-isp"];

/** A text that is added to a prompt, with its role. */
export class AddedText {
  /** The pieces between the variables, one more than variables. */
  private readonly pieces: ArrayBuffer[] = [];
  private readonly variables: string[] = [];

  private constructor(
    /** The role's name in messages. */
    readonly roleName: string,
    /** The role. */
    readonly role: PromptRole,
  ) {}

  /** Reads `role` and `content`. */
  static read(reader: ConfigReader): AddedText {
    const name = reader.requiredText("role");
    const role = ROLES.indexOf(name);
    if (role < 0 && name.length) reader.fail("role", `must be one of ${ROLES.join(", ")}`);
    const text = new AddedText(name, role < 0 ? PromptRole.User : ROLES_AS[role]);
    text.take(reader, reader.requiredText("content"));
    return text;
  }

  /** Writes the text. Returns the variable that has no value, or "". */
  write(out: ByteBuffer): string {
    for (let i = 0; i < this.variables.length; i++) {
      out.append(sliceOfBuffer(this.pieces[i]));
      const value: Slice = namedProperty(this.variables[i]);
      if (value == ABSENT) return this.variables[i];
      out.append(value);
    }
    out.append(sliceOfBuffer(this.pieces[this.pieces.length - 1]));
    return "";
  }

  private take(reader: ConfigReader, content: string): void {
    let copied = 0;
    for (let at = content.indexOf(OPEN); at >= 0; at = content.indexOf(OPEN, at + 1)) {
      if (content.substring(at, at + PREFIX.length) != PREFIX) continue;
      const end = content.indexOf("}", at);
      const name = end < 0 ? "" : content.substring(at + OPEN.length, end);
      if (!VARIABLES.includes(name)) {
        reader.fail("content", `has a variable that is not known: there are $\{${VARIABLES.join("}, ${")}}`);
        break;
      }
      this.pieces.push(String.UTF8.encode(content.substring(copied, at)));
      this.variables.push(name);
      copied = end + 1;
    }
    this.pieces.push(String.UTF8.encode(content.substring(copied)));
  }
}
