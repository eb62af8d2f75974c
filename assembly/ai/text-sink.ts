import { Slice } from "../bytes/slice";

/** Takes the texts of a request or a response, in their order. */
export abstract class TextSink {
  /** Takes a piece of a JSON text, whose escapes mean characters. The reader of a body cuts no escape. */
  abstract pushJson(text: Slice): void;

  /** Ends the text: what follows is another one. */
  abstract endText(): void;

  /** Takes tokens that are no text. */
  abstract add(tokens: i64): void;

  /** Forgets all texts. */
  abstract reset(): void;
}
