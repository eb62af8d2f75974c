import { ByteBuffer } from "../../../../assembly/bytes/buffer";
import { percentEncode } from "../../../../assembly/bytes/percent-encode";
import { sliceOfBuffer, sliceToString } from "../../../../assembly/bytes/slice";
import { JsonWriter } from "../../../../assembly/json/writer";
import { CheckPiece, PieceKind } from "../check-piece";

/** The most bytes of an image that are kept for the next one. */
const KEPT_BYTES: i32 = 65_536;

const parameters = new ByteBuffer();
const json = new JsonWriter(parameters);

/** The query of a call, percent-encoded as it is signed. */
export function queryOf(service: string): string {
  parameters.clear();
  parameters.text("Service=");
  percentEncode(sliceOfBuffer(String.UTF8.encode(service)), parameters);
  return sliceToString(parameters.slice);
}

/** Writes the form of a call: `ServiceParameters`, a JSON object, and the image. */
export function writeForm(piece: CheckPiece, agent: string, body: ByteBuffer): void {
  parameters.clear();
  json.reset().beginObject();
  if (piece.kind == PieceKind.Text) json.key("content").text(piece.content).key("sessionId").text(piece.session);
  if (piece.kind == PieceKind.ImageUrl) json.key("imageUrls").beginArray().text(piece.content).endArray();
  json.key("requestFrom").string(agent).endObject();
  body.text("ServiceParameters=");
  percentEncode(parameters.slice, body);
  parameters.release(KEPT_BYTES);
  if (piece.kind != PieceKind.ImageData) return;
  body.text("&ImageBase64Str=");
  percentEncode(piece.content, body);
}
