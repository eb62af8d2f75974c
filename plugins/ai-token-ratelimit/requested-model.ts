import { ByteBuffer } from "../../assembly/bytes/buffer";
import { ABSENT, Slice } from "../../assembly/bytes/slice";
import { jsonValidate } from "../../assembly/json/validate";
import { jsonGet, JsonKind, jsonKind, jsonUtf8 } from "../../assembly/json/value";

const scratch = new ByteBuffer();

/** The model that the body of a request names, `ABSENT` if it is no JSON object that names one; valid until the next call. */
export function requestedModel(body: Slice): Slice {
  if (jsonValidate(body) || jsonKind(body) != JsonKind.Object) return ABSENT;
  const model = jsonGet(body, "model");
  return jsonKind(model) == JsonKind.String ? jsonUtf8(model, scratch) : ABSENT;
}
