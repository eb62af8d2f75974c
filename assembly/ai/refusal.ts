import { ByteBuffer } from "../bytes/buffer";
import { withoutQuery } from "../bytes/query";
import { ABSENT, byteAt, Slice, sliceEndsWith, sliceSize, subslice } from "../bytes/slice";
import { writeError, writeMessagesError } from "./error";

const SLASH: u32 = 0x2f;

/** The format in which a guard refuses a request: the option `error_format` of key-auth, key-rate-limit and request-block. */
export const enum ErrorFormat {
  /** As Higress's plugin of the same name does. */
  Text,
  /** OpenAI's error object, as its SDKs show it. */
  OpenAi,
}

/** What `error_format` may say, in the order of `ErrorFormat`. */
export const ERROR_FORMATS: string[] = ["text", "openai"];

const body = new ByteBuffer();
const codeBytes = new ByteBuffer();

/**
 * OpenAI's error object with a message in UTF-8 and a `code`; valid until the next call.
 * https://platform.openai.com/docs/guides/error-codes
 */
export function errorBody(status: i32, message: Slice, code: string): Slice {
  body.clear();
  codeBytes.clear();
  writeError(body, status, message, ABSENT, codeBytes.text(code).slice);
  return body.slice;
}

/**
 * `errorBody` in the form of the API that a path, with or without its query, ends with: Anthropic's error object for Messages and its
 * token counts, else OpenAI's. https://docs.claude.com/en/api/errors
 */
export function errorBodyFor(path: Slice, status: i32, message: Slice, code: string): Slice {
  return errorBodyOf(isMessages(path), status, message, code);
}

/** `errorBody`, or Anthropic's error object for a request of Messages. */
export function errorBodyOf(isOfMessages: bool, status: i32, message: Slice, code: string): Slice {
  if (!isOfMessages) return errorBody(status, message, code);
  body.clear();
  writeMessagesError(body, status, message);
  return body.slice;
}

/** Whether a path, with or without its query, ends with that of Messages or their token counts. */
export function isMessages(path: Slice): bool {
  const plain = withoutQuery(path);
  let size = sliceSize(plain);
  while (size > 0 && byteAt(plain, size - 1) == SLASH) size--;
  const end = subslice(plain, 0, size);
  return sliceEndsWith(end, "/v1/messages") || sliceEndsWith(end, "/v1/messages/count_tokens");
}
