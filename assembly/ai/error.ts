import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, Slice } from "../bytes/slice";
import { JsonWriter } from "../json/writer";

/** OpenAI's `type` for a status. https://platform.openai.com/docs/guides/error-codes */
export function errorType(status: i32): string {
  if (status == 401) return "authentication_error";
  if (status == 403) return "permission_error";
  if (status == 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

/**
 * Appends `{"error":{"message","type","param","code"}}`. `message` is UTF-8; `param` and `code` are UTF-8, and `null`
 * where they are absent.
 */
export function writeError(out: ByteBuffer, status: i32, message: Slice, param: Slice, code: Slice): void {
  const writer = new JsonWriter(out);
  writer.beginObject().key("error").beginObject();
  writer.key("message").text(message);
  writer.key("type").string(errorType(status));
  writer.key("param");
  if (param == ABSENT) writer.nothing();
  else writer.text(param);
  writer.key("code");
  if (code == ABSENT) writer.nothing();
  else writer.text(code);
  writer.endObject().endObject();
}
