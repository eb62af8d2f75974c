import { PromptRole } from "../../../assembly/ai/prompt/role";
import { ABSENT, Slice } from "../../../assembly/bytes/slice";

/** What a piece is. */
export const enum PieceKind {
  /** UTF-8 text. */
  Text,
  /** The URL of an image. */
  ImageUrl,
  /** An image in Base64. */
  ImageData,
}

/** What a piece is part of. */
export const enum CheckSide {
  Request,
  Response,
}

/** One text or image that is checked by one call. The caller fills the fields; the slices are valid during a call of the checker. */
export class CheckPiece {
  kind: PieceKind = PieceKind.Text;
  side: CheckSide = CheckSide.Request;
  /** Who says the text. */
  role: PromptRole = PromptRole.User;
  /** The text, unescaped and cut between characters to at most `maxBytes` of the checker; the URL; or the Base64 without `data:…,`. */
  content: Slice = ABSENT;
  /** The media type of an image in Base64, as `image/png`; `ABSENT` if it is not known. */
  mediaType: Slice = ABSENT;
  /** An id that all pieces of a request and of its response share: 20 hexadecimal digits. */
  session: Slice = ABSENT;
}
