import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { Slice, sliceOfBuffer, sliceSize } from "../../../assembly/bytes/slice";
import { TextTable } from "../../../assembly/bytes/text-table";
import { jsonKind, JsonKind, jsonUnescape } from "../../../assembly/json/value";

/** The most bytes of a JSON string for one byte of its text: `\\u0041`. */
const ESCAPE_SIZE = 6;

const said = new ByteBuffer();

/** What the configuration changes in the messages of a chat. */
export class MessageEdits {
  /** The texts of a user that clear the conversation, UTF-8. */
  private readonly commands: TextTable = new TextTable();
  private longestCommand: i32 = 0;
  /** Whether consecutive messages of one role become one. */
  merges: bool = false;

  /** Whether anything is changed. */
  get any(): bool {
    return this.merges || this.hasCommands;
  }

  /** Whether there is a text that clears the conversation. */
  get hasCommands(): bool {
    return this.commands.count > 0;
  }

  /** Adds a text that clears the conversation. */
  addCommand(text: string): void {
    const bytes = String.UTF8.encode(text);
    this.commands.add(sliceOfBuffer(bytes));
    this.longestCommand = max(this.longestCommand, bytes.byteLength);
  }

  /** Whether a JSON string is a text that clears the conversation; the cost does not depend on their number. */
  isCommand(text: Slice): bool {
    if (jsonKind(text) != JsonKind.String || sliceSize(text) - 2 > ESCAPE_SIZE * this.longestCommand) return false;
    said.release(4096);
    jsonUnescape(text, said);
    return this.commands.find(said.slice) >= 0;
  }
}
