import { ByteBuffer } from "../../../assembly/bytes/buffer";
import { ABSENT } from "../../../assembly/bytes/slice";
import { JsonWriter } from "../../../assembly/json/writer";
import { CheckPiece, PieceKind } from "./check-piece";

const url = new ByteBuffer();

/** Writes the URL of an image, or its bytes as a data URL (RFC 2397). */
export function writeImageUrl(piece: CheckPiece, json: JsonWriter): void {
  if (piece.kind == PieceKind.ImageUrl) {
    json.text(piece.content);
    return;
  }
  url.clear();
  url.text("data:");
  if (piece.mediaType == ABSENT) url.text("image/png");
  else url.append(piece.mediaType);
  json.text(url.text(";base64,").append(piece.content).slice);
  url.release(KEPT_BYTES);
}

/** The most bytes that are kept for the next image. */
const KEPT_BYTES: i32 = 65_536;
