import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, Slice } from "../bytes/slice";
import { escapeJson } from "../json/writer";

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
  write(out, status, message, param, code, false);
}

/** The same for texts that are contents of JSON strings already: escaped, without the quotes. */
export function writeErrorObject(out: ByteBuffer, status: i32, message: Slice, param: Slice, code: Slice): void {
  write(out, status, message, param, code, true);
}

/** Anthropic's `type` for a status. https://docs.claude.com/en/api/errors */
export function messagesErrorType(status: i32): string {
  if (status == 402) return "billing_error";
  if (status == 404) return "not_found_error";
  if (status == 413) return "request_too_large";
  if (status == 504) return "timeout_error";
  if (status == 529) return "overloaded_error";
  return status >= 500 ? "api_error" : errorType(status);
}

/** Appends Anthropic's error object. `message` is UTF-8 or, with `isEscaped`, the content of a JSON string. */
export function writeMessagesError(out: ByteBuffer, status: i32, message: Slice, isEscaped: bool = false): void {
  out.text('{"type":"error","error":{"type":"').text(messagesErrorType(status)).text('","message":');
  quote(message, isEscaped, out);
  out.text("}}");
}

function write(out: ByteBuffer, status: i32, message: Slice, param: Slice, code: Slice, isEscaped: bool): void {
  out.text('{"error":{"message":');
  quote(message, isEscaped, out);
  out.text(',"type":"').text(errorType(status)).text('","param":');
  writeString(param, isEscaped, out);
  out.text(',"code":');
  writeString(code, isEscaped, out);
  out.text("}}");
}

function writeString(text: Slice, isEscaped: bool, out: ByteBuffer): void {
  if (text == ABSENT) out.text("null");
  else quote(text, isEscaped, out);
}

function quote(text: Slice, isEscaped: bool, out: ByteBuffer): void {
  out.byte(0x22);
  if (isEscaped) out.append(text);
  else escapeJson(text, out);
  out.byte(0x22);
}
