import { Slice } from "../../bytes/slice";
import { PromptRole } from "./role";

/** Receives the texts of a prompt, in the order of the body. */
export abstract class PromptTexts {
  /** A conversation begins: the messages of another member, or of another list. */
  beginConversation(): void {}

  /** A message begins, or a text that stands outside of messages. */
  abstract beginMessage(role: PromptRole): void;

  /**
   * A text of the message: the token of a string. `isProse` is `false` for arguments, names and other strings that the model reads
   * but that have to keep their form.
   */
  abstract text(token: Slice, role: PromptRole, isProse: bool): void;

  /** An image, audio, video or document of the message: the value of a member, whose key says whether it is an image. */
  media(value: Slice, role: PromptRole, isImage: bool): void {}

  /** A token id stands where a text can stand: the text cannot be read. */
  abstract tokenId(): void;

  /** The message ends. */
  abstract endMessage(): void;
}
