import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../assembly/bytes/slice";
import { JsonKind, jsonKind, jsonUtf8 } from "../../assembly/json/value";

const scratch = new ByteBuffer();

/** The name of a model by its JSON token, `ABSENT` if that is no string; valid until the next call. */
export function requestedModel(token: Slice): Slice {
  return jsonKind(token) == JsonKind.String ? jsonUtf8(token, scratch) : ABSENT;
}
