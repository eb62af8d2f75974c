import { ByteBuffer } from "../bytes/buffer";
import { ABSENT, Slice } from "../bytes/slice";
import { writeError } from "./error";

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
