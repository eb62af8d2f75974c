import { plainRole } from "../../../assembly/ai/plain-message";
import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";
import { jsonFirst, jsonNext } from "../../../assembly/json/value";
import { writeStoredMessage } from "./stored-message";
import { Turn, turnOf } from "./turn";

const COMMA: u32 = 0x2c;

/** The messages of a request that continues a conversation which the client does not send. */
export class Conversation {
  /** The list of messages. */
  messages: Slice = ABSENT;
  /** The first message that is no instruction: the history stands before it. */
  first: Slice = ABSENT;
  /** Whether the request has the results of tools that the last response has called. */
  isContinuation: bool = false;
  /** Whether the messages are texts, which all protocols write in the same way. */
  isPlain: bool = true;

  /**
   * Reads the messages of a request. Returns `false` if they are none to which the history belongs: a message of the model, or several questions,
   * are a conversation that the client keeps itself.
   */
  read(messages: Slice): bool {
    this.messages = messages;
    this.first = ABSENT;
    this.isContinuation = false;
    this.isPlain = true;
    let questions = 0;
    for (let message = jsonFirst(messages); message != ABSENT; message = jsonNext(messages, message)) {
      const turn = turnOf(message);
      if (turn == Turn.System) continue;
      if (turn == Turn.Question) questions++;
      // Results behind a question belong to a call that is not in the history.
      else if (turn != Turn.Result || questions) return false;
      if (questions > 1) return false;
      if (this.first == ABSENT) {
        this.first = message;
        this.isContinuation = turn == Turn.Result;
      }
      this.isPlain = this.isPlain && turn == Turn.Question && plainRole(message) != ABSENT;
    }
    return this.first != ABSENT;
  }

  /** Appends the messages without the instructions, with commas between them. */
  write(out: ByteBuffer): void {
    const from = out.size;
    const messages = this.messages;
    for (let message = jsonFirst(messages); message != ABSENT; message = jsonNext(messages, message)) {
      if (turnOf(message) == Turn.System) continue;
      if (out.size > from) out.byte(COMMA);
      writeStoredMessage(message, out);
    }
  }
}
