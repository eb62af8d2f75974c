import { sliceEndsWith } from "../../../../assembly/bytes/slice";
import { Exchange } from "../../exchange";

/** Where in the messages the translation is, so that a refusal can name the field; its path is written only then. */
export class Place {
  /** The position of the message. */
  message: i32 = 0;
  /** The position of the part of its content, or -1. */
  part: i32 = -1;

  constructor(private exchange: Exchange) {}

  /** Notes a field that is left out, once for several in a row. */
  drop(field: string): void {
    if (!sliceEndsWith(this.exchange.dropped, field)) this.exchange.noteDropped(field);
  }

  /** Refuses a field, `.role` and the like, or "" for the message or the part itself; gives `false`. */
  refuse(field: string, message: string, code: string = "invalid_type"): bool {
    const part = this.part < 0 ? "" : `.content[${this.part}]`;
    return this.exchange.refuse(message, `messages[${this.message}]${part}${field}`, code);
  }
}
